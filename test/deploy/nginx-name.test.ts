import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs, program } from '../kit/needs.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';

const written = 'Chat.Example.org';

needs('nginx', 'netns')('the name of the site in nginx', () => {
  let folder: string;
  beforeEach(() => {
    folder = scratchFolder('nginx-name');
  });
  afterEach(() => removeFolder(folder));

  it('may be written in capitals, and leads nobody in a circle then', () => {
    const shipped = readFileSync(join(root, 'deploy/debian/nginx/aerie.conf'), 'utf8').replaceAll('@SERVER_NAME@', written);
    const map = /^map \$host [\s\S]*?^\}/m.exec(shipped)![0];
    const rule = /if \(\$aerie_is_known_host = 0\) \{[\s\S]*?\}/.exec(shipped)![0];
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`).join(' ');
    const configuration = join(folder, 'nginx.conf');
    writeFileSync(
      configuration,
      `error_log ${folder}/error.log; pid ${folder}/pid; events {} http { access_log off; ${temporary}\n${map}\n` +
        `server { listen 127.0.0.1:8080; server_name ${written}; location / { ${rule} return 204; } } }\n`,
    );
    // nginx ends with the shell that started it: it is alone in its namespace of processes.
    const script = `ip link set lo up
      "$1" -c "$2" -e "$3"
      for host in ${written} ${written.toLowerCase()} 192.0.2.7 elsewhere.example; do
        curl -s -o /dev/null -w '%{http_code} ' -H "Host: $host" http://127.0.0.1:8080/
      done`;
    const alone = ['unshare', '--net', '--pid', '--fork', '--kill-child', 'sh', '-euc', script, 'sh'];
    const [command, ...args] = [...alone, program('nginx'), configuration, join(folder, 'early.log')];
    const said = execFileSync(command!, args, { encoding: 'utf8' });
    expect(said).toBe('204 204 204 301 ');
  });
});
