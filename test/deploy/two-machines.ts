import { execFileSync } from 'node:child_process';
import { atExit } from '../kit/at-exit.ts';
import { program } from '../kit/needs.ts';

/** Addresses of the two ends. They are for documentation (RFC 5737): nobody has them. */
export const ends = { nester: '192.0.2.1', probe: '192.0.2.2' } as const;

/** Two network namespaces with a cable between them, for two machines of the lab; nothing else is on it. */
export class Cable {
  readonly nester = `aerie-n${process.pid}`;
  readonly probe = `aerie-p${process.pid}`;
  readonly #callOff = atExit(() => this.remove());

  constructor() {
    const ip = (...args: string[]) => execFileSync(program('netns'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    for (const name of [this.nester, this.probe]) ip('netns', 'add', name);
    ip('link', 'add', 'eth0', 'netns', this.nester, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.probe);
    for (const [name, address] of [
      [this.nester, ends.nester],
      [this.probe, ends.probe],
    ] as const) {
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      for (const link of ['lo', 'eth0']) ip('-n', name, 'link', 'set', link, 'up');
    }
  }

  /** Takes both away; the machines that were in them have stopped. */
  remove(): void {
    this.#callOff();
    for (const name of [this.nester, this.probe]) execFileSync(program('netns'), ['netns', 'del', name]);
  }
}
