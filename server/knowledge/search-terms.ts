/** What a question asks for, one entry for each word that carries meaning. */
export type SearchTerm = {
  word: string;
  /** Beginning of the word that its inflected forms share; a word that begins with it matches. */
  stem: string;
  /** Stems that mean much the same, in several languages. */
  related: string[];
};

/** A question longer than this is searched by its first words. */
const MOST_TERMS = 24;
const SHORTEST_STEM = 4;

/**
 * Words that stand in every text and say nothing about its subject, of the languages that Instagram brands get most.
 * Normalised as searchableText does.
 */
const STOPWORDS = new Set(
  `a an the and or but if of in on at to for from by with about into is are was were be been being am do does did doing
  have has had having i me my we us our you your yours u ur he she it its they them their this that these those there here
  what which who whom whose when where why how can could will would shall should may might must not no nor so than too very
  just also any some all as up out off over please pls hi hello hey thanks thank get got want need like know tell say let
  lets take takes one ones im ive id dont doesnt isnt arent cant whats wheres hows theres guys ok okay yes
  der die das den dem des ein eine einen einem einer und oder aber wenn ist sind war waren sein habe hast hat haben ich du
  er sie es wir ihr mich mir dich dir uns euch mein dein euer eure eurem euren was wer wie wo wann warum welche welcher
  welches kann konnt konnen kannst mit bei auf fur von zu zum zur im am an aus nach auch nicht kein keine noch bitte hallo
  danke man ihn ihnen dass gibt habt mal denn so sich
  el la los las un una unos unas y o pero si de del en al a con por para es son era soy eres somos esta estan estoy hay yo
  tu ella nosotros ustedes me te se nos les le lo mi su sus que quien como cuando donde cual cuales cuanto cuanta puedo
  puede pueden tienen tiene tengo no muy mas hola gracias favor ya este esto esa ese
  o os as um uma uns umas e ou mas se de do da dos das em no na nos nas ao aos com por para e sao era sou voce voces eu ele
  ela nos eles me te lhe meu minha seu sua que quem como quando onde qual quais posso pode podem tem tenho nao muito mais
  ola oi obrigado obrigada favor ja esse essa isso este esta isto
  le la les l un une des et ou mais si de du d en au aux a avec par pour est sont etait je tu il elle nous vous ils elles
  me te se mon ma mes ton ta tes son sa ses votre vos notre nos que qui quoi quand comment pourquoi quel quelle quels
  quelles puis peut peux pouvez avez ont avoir j c ce cette ces ca ne pas plus tres bonjour merci svp y est-ce est ce
  il lo i gli uno una e o ma se di del dello della dei degli delle in nel nella al alla con per da dal dalla su sono era
  hacen hace hacer fazem faz fazer fate fare faites faire macht machen
  sei siamo siete io tu lui lei noi voi loro mi ti si ci vi mio mia tuo tua suo sua vostro vostra che chi cosa come quando
  dove quale quali posso puo potete avete hanno ho non molto piu ciao grazie favore`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Each line: stems that customers and brands use for the same thing. A question in one language finds a text in another. */
const CONCEPTS = [
  'ship deliver send parcel package packet dispatch courier postage post arriv versand versend liefer paket zustell envi entrega paquete llega frete encomenda chega livr expedi colis arrive spedi consegn pacco arriva',
  'price cost much fee charge rate pricing preis kost teuer wieviel precio cuesta vale costo preco custa valor prix cout combien tarif prezz costa quant',
  'return refund exchange back moneyback swap ruckgab ruckerstatt erstatt umtausch zuruck devol reembols cambi troca retour rembours echang reso rimbors',
  'open hour clos schedule offn geoffnet zeiten schliess abr abier horario cierra fecha aberto ouvert ouvr horaire ferm apert orari chius',
  'where location locat address find situated store shop adresse standort laden geschaft filial direccion ubica tienda endereco loja onde magasin boutique situe indirizz negozio',
  'pay payment paypal card instal bezahl zahl rechnung pago pagar tarjeta pagament cartao paiement payer carte carta',
  'discount coupon voucher code sale promo rabatt gutschein angebot descuento cupon desconto cupom reduction remise sconto buono',
  'size sizing fit grosse talla tamanho taille taglia misur',
  'color colour shade farbe cor couleur colore',
  'material fabric made cotton leather stoff tela tejido tecido tissu matiere tessuto materiale',
  'wash clean care laundry machine wasch pflege lavar lava laver lavage',
  'vegan vegetarian plant-based cruelty vegetarisch vegano vegetal',
  'ingredient allerg contain gluten nut inhaltsstoff zutat enthalt ingredient contien contem contient',
  'warranty guarantee broken defect repair garantie kaputt garantia roto defeito casse garanzia rott',
  'cancel cancellation storn abbestell kundig cancela annul disdi',
  'contact phone email mail call reach telefon kontakt contacto telefono contato telefone contacter contatt',
  'book booking appointment reserv termin buch cita agendar marcar agenda rendez prenot appuntament',
  'stock available restock sold verfugbar lager disponib agotado esgotado dispo rupture esaurit',
  'long time day week duration dauer lang tage wochen tarda dias tiempo demora prazo delai jours temps giorni tempo quanto',
  'international worldwide abroad country countries europe ausland international extranjero exterior etranger estero',
  'kid child children baby kind kinder nino bebe crianca enfant bambin',
  'pet dog cat hund katze perro mascota cachorro chien animaux cane animali',
  'park parking parkplatz estaciona parcheggio',
  'job hiring career work vacancy stelle empleo trabajo vaga emprego emploi lavoro',
].map((line) => line.split(' '));

/** Scripts that write without spaces; their text is searched by pairs of neighbouring characters. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]+/gu;

/** Text as the index and the questions see it: lower case, no accents, unspaced scripts as pairs of characters. */
export function searchableText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/(\p{L})['’](?=\p{L})/gu, '$1')
    .replace(UNSPACED, (run) => ` ${pairsOf([...run]).join(' ')} `);
}

/** The words of a question that carry meaning, each once, in their order. */
export function searchTerms(question: string): SearchTerm[] {
  const words = searchableText(question).match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = new Map<string, SearchTerm>();
  for (const word of words) {
    if (STOPWORDS.has(word)) continue;
    const stem = stemOf(word);
    if (!found.has(stem)) found.set(stem, { word, stem, related: relatedTo(word, stem) });
    if (found.size === MOST_TERMS) break;
  }
  return [...found.values()];
}

/** Whether a word of a text is what the term asks for: 1 the word itself, 0.7 one that means the same, 0 neither. */
export function matchTerm(term: SearchTerm, textWords: string[]): number {
  if (textWords.some((word) => matchesStem(word, term.stem))) return 1;
  return textWords.some((word) => term.related.some((stem) => matchesStem(word, stem))) ? RELATED_MATCH : 0;
}

/** A word that means the same counts less than the word itself. */
export const RELATED_MATCH = 0.7;

const matchesStem = (word: string, stem: string) =>
  stem.length < SHORTEST_STEM ? word === stem : word.startsWith(stem);

/**
 * Beginning that the forms of a word share, found without a dictionary: a usual ending is dropped while four letters stay.
 * Wrong stems only find a little too much.
 */
export function stemOf(word: string): string {
  if (word.length <= SHORTEST_STEM || /\p{N}/u.test(word)) return word;
  const ending =
    /(?:ements|ement|ments|ment|ings|ing|ies|ied|iere|ung|ungen|ers|er|en|es|ed|em|os|as|is|s|y|e|a|o|i|n)$/u.exec(
      word,
    );
  let stem = ending ? word.slice(0, ending.index) : word;
  if (stem.length < SHORTEST_STEM) stem = word.slice(0, SHORTEST_STEM);
  const isDoubled = stem.length > SHORTEST_STEM && stem.at(-1) === stem.at(-2);
  return isDoubled ? stem.slice(0, -1) : stem;
}

function relatedTo(word: string, stem: string): string[] {
  const groups = CONCEPTS.filter((stems) => stems.some((each) => matchesStem(word, each)));
  return [...new Set(groups.flat())].filter((each) => each !== stem);
}

function pairsOf(characters: string[]): string[] {
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
