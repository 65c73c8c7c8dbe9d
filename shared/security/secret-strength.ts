const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890'];
const MIN_BITS = 98;
const HEX = /^[\da-f-]+$/i;
const LOOKALIKES: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };
const FREQUENT_PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ' +
    'ic ne ea ra ce li ch ll be ma si om ur ec cr et ke ey pa ss wo rd su up pe ap pr mp la ai ts us ct tr so fo no'
  ).split(' '),
);

/** Why a long secret can be guessed all the same; undefined when it looks drawn at random. */
export function guessabilityOf(secret: string): string | undefined {
  if (repeatsItself(secret)) return 'repeats itself';
  if (shareOfSteps(secret) > 0.45) return 'is a sequence of neighbouring characters';
  if (bitsIn(secret) < MIN_BITS) return 'has too few different characters';
  return readsLikeWords(secret) ? 'is made of words' : undefined;
}

function repeatsItself(secret: string): boolean {
  for (let period = 1; period <= secret.length / 2; period += 1) {
    if (secret.startsWith(secret.slice(period))) return true;
  }
  return false;
}

/** How many characters are the one before again, or its neighbour in the alphabet or on the keyboard. */
function shareOfSteps(secret: string): number {
  const text = secret.toLowerCase();
  let steps = 0;
  for (let at = 1; at < text.length; at += 1) {
    const pair = text.slice(at - 1, at + 1);
    const distance = pair.charCodeAt(1) - pair.charCodeAt(0);
    const reversed = pair.split('').reverse().join('');
    if (Math.abs(distance) <= 1 || KEYBOARD.some((row) => row.includes(pair) || row.includes(reversed))) steps += 1;
  }
  return steps / (text.length - 1);
}

/** Shannon's measure over the secret's own characters: an upper bound for what somebody would have to guess. */
function bitsIn(secret: string): number {
  const counts = new Map<string, number>();
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits += count * Math.log2(secret.length / count);
  return bits;
}

/** Pairs of letters that make up most of a text in English and about a tenth of random letters, `0` read as o and so on. */
function readsLikeWords(secret: string): boolean {
  if (HEX.test(secret)) return false;
  const plain = secret.normalize('NFD').replace(/\p{M}/gu, '');
  const text = plain.toLowerCase().replace(/[013457@$]/g, (digit) => LOOKALIKES[digit] ?? digit);
  let pairs = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (FREQUENT_PAIRS.has(text.slice(at - 1, at + 1))) pairs += 1;
  }
  return pairs / (text.length - 1) > 0.35;
}
