import { describe, expect, it } from 'vitest';
import { bestLink } from './best-link.ts';

const sample = (median: number, fields: { target?: string; role?: string; loss?: number } = {}) => ({
  target: '192.0.2.1',
  role: 'internet',
  median_ms: median,
  loss: 0,
  ...fields,
});

describe('the link to the Internet', () => {
  it('is as good as to the best of the furthest targets', () => {
    const near = sample(1, { target: 'gw', role: 'gateway' });
    const far = sample(40, { target: 'a' });
    const lossy = sample(10, { target: 'b', loss: 0.2 });
    expect(bestLink([near, lossy, far])).toBe(far);
    expect(bestLink([near])).toBe(near);
    expect(bestLink([])).toBeUndefined();
  });
});
