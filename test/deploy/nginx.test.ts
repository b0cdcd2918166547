import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { bootMs } from './machine.ts';
import { WebLab } from './web-lab.ts';

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
)('nginx before Nester', () => {
  let lab: WebLab;
  let token: string;
  beforeAll(async () => {
    lab = await WebLab.open();
    await lab.startNester();
    token = await lab.firstAdministrator('Ada', password);
  }, bootMs);
  afterAll(() => lab?.remove());

  it('leads from plain HTTP to TLS', async () => {
    const { status, headers } = await lab.alice.ask('/c/dev?x=1', { port: 80 });
    expect([status, headers.location]).toEqual([301, 'https://aerie.example/c/dev?x=1']);
    const page = await lab.alice.ask('/');
    expect([page.status, token.length]).toEqual([200, 43]);
  });
});
