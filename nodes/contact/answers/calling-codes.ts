/**
 * Calling codes of countries (ITU-T E.164, "List of assigned country codes"), ISO 3166 letters first.
 */
const CODES = `AD376 AE971 AF93 AG1 AI1 AL355 AM374 AO244 AR54 AS1 AT43 AU61 AW297 AZ994 BA387 BB1 BD880 BE32 BF226 BG359
BH973 BI257 BJ229 BM1 BN673 BO591 BR55 BS1 BT975 BW267 BY375 BZ501 CA1 CD243 CF236 CG242 CH41 CI225 CL56 CM237 CN86 CO57
CR506 CU53 CV238 CW599 CY357 CZ420 DE49 DJ253 DK45 DM1 DO1 DZ213 EC593 EE372 EG20 ER291 ES34 ET251 FI358 FJ679 FM691 FO298
FR33 GA241 GB44 GD1 GE995 GF594 GG44 GH233 GI350 GL299 GM220 GN224 GP590 GQ240 GR30 GT502 GU1 GW245 GY592 HK852 HN504 HR385
HT509 HU36 ID62 IE353 IL972 IM44 IN91 IQ964 IR98 IS354 IT39 JE44 JM1 JO962 JP81 KE254 KG996 KH855 KI686 KM269 KN1 KP850
KR82 KW965 KY1 KZ7 LA856 LB961 LC1 LI423 LK94 LR231 LS266 LT370 LU352 LV371 LY218 MA212 MC377 MD373 ME382 MG261 MH692 MK389
ML223 MM95 MN976 MO853 MQ596 MR222 MS1 MT356 MU230 MV960 MW265 MX52 MY60 MZ258 NA264 NC687 NE227 NG234 NI505 NL31 NO47 NP977
NR674 NZ64 OM968 PA507 PE51 PF689 PG675 PH63 PK92 PL48 PM508 PR1 PS970 PT351 PW680 PY595 QA974 RE262 RO40 RS381 RU7 RW250
SA966 SB677 SC248 SD249 SE46 SG65 SI386 SK421 SL232 SM378 SN221 SO252 SR597 SS211 ST239 SV503 SX1 SY963 SZ268 TC1 TD235
TG228 TH66 TJ992 TL670 TM993 TN216 TO676 TR90 TT1 TV688 TW886 TZ255 UA380 UG256 US1 UY598 UZ998 VA39 VC1 VE58 VG1 VI1 VN84
VU678 WF681 WS685 XK383 YE967 YT262 ZA27 ZM260 ZW263`;

const codeOf = new Map(CODES.split(/\s+/).map((entry) => [entry.slice(0, 2), entry.slice(2)]));
const known = new Set(codeOf.values());

/** What people write before a number inside their country and leave out from abroad; `0` where nothing is said. */
const TRUNK_PREFIX: Record<string, string> = { '1': '1', '7': '8', '36': '06', '375': '80' };

/** Here a number inside the country is the same as from abroad; in Italy with its zero. */
const WITHOUT_TRUNK = new Set(
  '30 34 39 45 47 48 352 354 356 357 371 372 376 377 378 420 351 52 65 852 853 965 966 968 973 974'.split(
    ' ',
  ),
);

/** Whether the two letters are a country that can be called. */
export const isCountry = (letters: string): boolean => codeOf.has(letters);

/** The calling code of a country, and what is left out of its numbers from abroad. */
export function dialingOf(country: string): { code: string; trunkPrefix: string } | undefined {
  const code = codeOf.get(country);
  if (code === undefined) return undefined;
  return { code, trunkPrefix: WITHOUT_TRUNK.has(code) ? '' : (TRUNK_PREFIX[code] ?? '0') };
}

/** The calling code that a number from abroad begins with. No code is the beginning of another. */
export function codeAtStart(digits: string): string | undefined {
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((code) => known.has(code));
}
