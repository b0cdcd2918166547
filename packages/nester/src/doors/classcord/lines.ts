import { type AppError, errorSentence, type Language } from '@aerie/contract';
import type { Ending } from '../connection.ts';
import { asciiJson } from '../lines.ts';

/** One line of the old wire. */
export function oldLine(value: Record<string, unknown>): string {
  return `${asciiJson(value)}\n`;
}

/** Error lines carry the sentence twice: one family of clients reads `message`, another `error`. */
export function oldError(message: string): string {
  return oldLine({ type: 'error', message, error: message });
}

/** An error of the catalogue. Two have the words that clients look for. */
export function errorLineOf(error: AppError, language: Language = 'en'): string {
  if (error.code === 'login_failed') return oldError('Login failed.');
  if (error.code === 'user_exists') return oldError('Username already exists.');
  return oldError(errorSentence(error.code, error.params, language));
}

/** The last line of a session: why it is over. */
export function farewell({ reason, why, until }: Ending): string {
  if (reason === 'stopping') return oldLine({ type: 'server_shutdown', message: "Le serveur s'arrête." });
  return oldLine({ type: 'kick', message: kickSentence(reason, why ? ` (${why})` : '', until) });
}

function kickSentence(reason: Ending['reason'], because: string, until: number | undefined): string {
  if (reason === 'kicked') return `Un administrateur a mis fin à votre session${because}.`;
  if (reason === 'banned' && until !== undefined) return errorSentence('banned', { until, because }, 'fr');
  return 'Votre session est terminée.';
}
