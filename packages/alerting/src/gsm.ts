/**
 * Text for SMS in the default alphabet (3GPP TS 23.038, 6.2.1), seven bits a character. One character beyond it, and a part takes 67
 * characters instead of 153: so letters lose accents that the alphabet has not, and what is left becomes a question mark.
 */

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const inBasic = new Set(basic);
/** Two characters' room each. */
const inExtension = new Set('^{}\\[~]|€');

const plain: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '…': '...',
  '·': '.',
  '•': '-',
  '×': 'x',
  '\u00a0': ' ',
  '`': "'",
  '\t': ' ',
};

const toGsm = (character: string): string => {
  if (inBasic.has(character) || inExtension.has(character)) return character;
  const other = plain[character];
  if (other !== undefined) return other;
  const bare = character.normalize('NFD').replace(/\p{M}/gu, '');
  return bare !== '' && Array.from(bare).every((each) => inBasic.has(each)) ? bare : '?';
};

/** Text of that alphabet alone. */
export const gsmText = (text: string): string => Array.from(text, toGsm).join('');

/** Room that it takes, in characters of seven bits. */
export const gsmLength = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (inExtension.has(character) ? 2 : 1), 0);
