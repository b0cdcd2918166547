import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
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
    // What a run left that was killed.
    for (const name of existsSync('/run/netns') ? readdirSync('/run/netns') : []) {
      const pid = /^aerie-[np](\d+)$/.exec(name)?.[1];
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) ip('netns', 'del', name);
    }
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
