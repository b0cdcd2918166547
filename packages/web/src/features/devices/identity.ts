/** How surely a device is the same one as before, in a word. */
export function sureness(confidence: number): 'sure' | 'likely' | 'perhaps' | 'guess' {
  if (confidence >= 0.95) return 'sure';
  if (confidence >= 0.75) return 'likely';
  return confidence >= 0.5 ? 'perhaps' : 'guess';
}

/** Whether a certificate still holds, will not for long, or does not. */
export function certificateState(notAfter: number, now: number): 'good' | 'soon' | 'over' {
  if (notAfter <= now) return 'over';
  return notAfter - now <= soonMs ? 'soon' : 'good';
}

/** As long before its end as the rule warns unless somebody says otherwise. */
const soonMs = 21 * 86_400_000;
