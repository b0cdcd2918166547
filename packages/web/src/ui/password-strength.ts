/** What would make a password better; the interface says it in words. */
export type Advice = 'short' | 'has_name' | 'common' | 'repeats' | 'one_kind';

export interface Strength {
  /** 0 unusable, 1 weak, 2 fair, 3 good, 4 strong. */
  score: 0 | 1 | 2 | 3 | 4;
  advice: readonly Advice[];
}

/** The beginnings of most guessed passwords; the server has the long list and the last word. */
const common =
  /^(?:passwor[dt]|motdepasse|mot de passe|azerty|qwerty|qwertz|123456|12345|111111|000000|abc123|iloveyou|jetaime|bonjour|soleil|welcome|bienvenue|admin|administrat|letmein|changeme|changemoi|doudou|marseille|loulou|chouchou|dragon|monkey|football|superman|secret)/;

const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** How many different kinds of characters stand in it: small, capital, digit, other. */
function kinds(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter(kind => kind.test(password)).length;
}

/** A rough measure of a password while it is typed: length first, variety second, and what gives it away. */
export function passwordStrength(password: string, name: string, minimum: number): Strength {
  const advice: Advice[] = [];
  const folded = plain(password);
  const foldedName = plain(name.trim());
  if ([...password].length < minimum) advice.push('short');
  if (foldedName.length >= 3 && folded.includes(foldedName)) advice.push('has_name');
  // What follows a common beginning counts for little: "password2026!" is guessed early.
  if (common.test(folded.replace(/[@4]/g, 'a').replace(/0/g, 'o').replace(/[$5]/g, 's')) || common.test(folded)) advice.push('common');
  const unlike = new Set(folded).size;
  if (password.length > 0 && unlike < Math.min(6, password.length)) advice.push('repeats');
  if (advice.length > 0) return { score: advice.includes('short') ? 0 : 1, advice };

  const variety = kinds(password);
  const points = [...password].length + unlike / 2 + variety * 2;
  if (variety === 1 && points < 28) advice.push('one_kind');
  return { score: points < 21 ? 2 : points < 28 ? 3 : 4, advice };
}
