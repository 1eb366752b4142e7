import { comparable } from '../guardrails/plain-text.ts';
import { intentVerdict } from './shipped-intents.ts';

export type Mood = { sentiment: 'positive' | 'neutral' | 'negative'; score: number };

/** Beginnings of words, lower case and without accents; English, German, Spanish, French, Portuguese and Italian. */
const GOOD = words(`
love loved loving lovely great amazing awesome beautiful gorgeous perfect excellent fantastic wonderful best happy thank thanks nice cute
stunning brilliant recommend favorite favourite impressed delicious comfy helpful fast good glad obsessed wow yay
liebe toll super schon wunderschon klasse prima perfekt genial begeister danke freu empfehl lecker hubsch beste gut mega hammer spitze
encanta encanto hermos precios maravill excelente genial perfect gracias feliz increible bonit mejor recomiend buen buena rico
adore magnifique superbe genial parfait merci contente content excellent meilleur recommande joli belle ravi bravo bien top
amei adorei lind maravilh perfeit obrigad excelente incrivel melhor recomendo otim bom boa feliz show
adoro bellissim stupend meraviglios perfett grazie ottim fantastic miglior consiglio felice bell bravissim buon buono
`);
const BAD = words(`
hate hated terrible awful horrible worst bad disgust broken broke damaged late never disappoint scam fraud fake rude useless waste refund
angry annoying unacceptable poor ugly fail failed wrong missing ripoff garbage trash sad slow dirty cheap-looking
schlecht schlimm furchtbar schrecklich kaputt enttausch betrug arger wutend unfreundlich unmoglich nie defekt fehl mies nervt frech hasslich
mal mala malo horrible pesim terrible odio rot decepcion estafa enojad nunca defectuos peor fatal asco vergüenza verguenza tard
mauvais nul nulle horrible decu decue deception casse arnaque jamais scandaleux honte pire retard deteste inadmissible
ruim pessim horrivel odiei quebrad decepcion golpe nunca atrasad pior defeito vergonha lixo odeio
pessim orribile terribile rotto rotta delus truffa mai schifo vergogna ritard peggior difettos brutt odio
`);
const STRONG = /[!]{2,}|😍|🥰|🔥|🤬|😡|💩|🤮/gu;
const GOOD_EMOJI = /[❤🧡💛💚💙💜🖤🤍💖💕😍🥰😻🔥👏🙌💯✨🤩🎉👍👌😊☺😁🥳🙏]/gu;
const BAD_EMOJI = /[😡🤬😠👎💩🤮🤢😤😭😢😞😔😩😫🙁☹💔😒🙄]/gu;
/** Turns the next words round: "not good", "nie wieder schlecht". */
const NEGATION =
  /^(?:not|no|never|n't|isnt|isn't|wasnt|wasn't|dont|don't|didnt|didn't|cant|can't|won't|hardly|nicht|kein|keine|keinen|nie|no|nunca|ni|pas|jamais|ne|nao|nem|non|mai)$/u;
const REACH = 3;
/** From here on a text leans to one side. */
const LEANS_FROM = 0.2;

/** The mood of a text by words, emoji and the shipped intents. Basic: it takes irony at its word. */
export function readMood(text: string): Mood {
  const plain = comparable(text);
  const tokens = plain.match(/[\p{L}]+(?:'\p{L}+)?/gu) ?? [];
  let good = (text.match(GOOD_EMOJI)?.length ?? 0) * 0.8;
  let bad = (text.match(BAD_EMOJI)?.length ?? 0) * 0.8;
  tokens.forEach((token, at) => {
    const isGood = matches(token, GOOD);
    const isBad = matches(token, BAD);
    if (!isGood && !isBad) return;
    const isTurned = tokens.slice(Math.max(0, at - REACH), at).some((each) => NEGATION.test(each));
    // "not bad" is less than good, "not good" is bad.
    if (isGood && isTurned) bad += 0.8;
    else if (isGood) good += 1;
    else if (isTurned) good += 0.3;
    else bad += 1;
  });
  const { scores } = intentVerdict(text);
  good += ((scores.praise ?? 0) + (scores.thanks ?? 0)) * 1.2;
  bad += ((scores.complaint ?? 0) + (scores.abuse ?? 0)) * 1.2;
  const strength = Math.min(1.5, 1 + (text.match(STRONG)?.length ?? 0) * 0.2);
  const score = round(Math.max(-1, Math.min(1, (strength * (good - bad)) / (good + bad + 0.8))));
  const sentiment = score >= LEANS_FROM ? 'positive' : score <= -LEANS_FROM ? 'negative' : 'neutral';
  return { sentiment, score };
}

function words(list: string): Set<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ''));
}

/** The word or one of its forms: up to three letters more. */
function matches(token: string, list: Set<string>): boolean {
  if (list.has(token)) return true;
  for (let cut = 1; cut <= 3 && token.length - cut >= 4; cut++) {
    if (list.has(token.slice(0, -cut))) return true;
  }
  return false;
}

const round = (value: number) => Math.round(value * 100) / 100;
