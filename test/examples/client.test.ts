import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, newPerson, password } from '../kit/people.ts';
import { PythonClient } from '../kit/python-client.ts';

needs('python3')('examples/client.py', () => {
  let nester: Nester;
  let passwordFile: string;
  const open: PythonClient[] = [];

  beforeAll(async () => {
    nester = await Nester.start({
      args: ['--lan'],
      env: { AERIE_TCP_TLS: '127.0.0.1:0', AERIE_HTTP_TLS: 'off', AERIE_REGISTRATION: 'open', AERIE_GUESTS: 'on' },
    });
    const admin = await firstAdministrator(nester);
    for (const name of ['alice', 'bob', 'Zoé']) await newPerson(nester, admin, name);
    passwordFile = join(nester.folder, 'password.txt');
    writeFileSync(passwordFile, `${password}\r\n`);
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.kill();
  });
  afterAll(() => nester.remove());

  function start(...args: string[]): PythonClient {
    const { host, port } = nester.tcp;
    const client = new PythonClient('pipes', host, String(port), ...args);
    open.push(client);
    return client;
  }

  async function entered(name: string, ...args: string[]): Promise<PythonClient> {
    const client = start('--user', name, '--password-file', passwordFile, ...args);
    await client.prints(
      `* ${args.includes('en') ? `Hello ${name}! /help shows the commands.` : `Bonjour ${name} ! /aide montre les commandes.`}`,
    );
    return client;
  }

  it('lets two people talk', async () => {
    const alice = await entered('alice');
    await alice.prints('* En ligne : alice');
    const bob = await entered('bob', '--lang', 'en');
    await bob.prints('* Online: alice, bob');
    await alice.prints('* bob est en ligne');
    alice.type('Ça va ? 🙂');
    await bob.prints('#général alice: Ça va ? 🙂');
    bob.type('/msg alice rien que pour toi', '/msg personne allô', '/msg');
    await alice.prints('bob (en privé) : rien que pour toi');
    await bob.prints('* To whom, and what? /msg NAME text');
    await bob.prints("* personne n'existe pas.");
    bob.type('/away');
    await alice.prints('* bob est absent');
    bob.type('/back');
    await alice.prints('* bob est en ligne');
    alice.type('/join #dev', 'dans dev', '/users', '/danser');
    await alice.prints('* Commande inconnue : /danser. /aide les montre.');
    await alice.prints('* Vous avez rejoint #dev');
    await alice.prints('* En ligne : alice, bob');
    bob.type('/join #dev');
    await bob.prints('* Vous avez rejoint #dev');
    bob.type('moi aussi');
    await alice.prints('#dev bob : moi aussi');
    bob.type('/quit');
    expect(await bob.end()).toBe(0);
    await alice.prints('* bob est parti');
    alice.typeEnd();
    expect(await alice.end()).toBe(0);
    expect(alice.complaints + bob.complaints).toBe('');
  });

  it('takes what comes by a pipe, all of it, then ends', async () => {
    const alice = await entered('alice');
    const bob = start('--user', 'bob', '--password-file', passwordFile);
    const lines = Array.from({ length: 50 }, (_, i) => `ligne ${i}`);
    bob.type(...lines);
    bob.typeEnd();
    expect(await bob.end()).toBe(0);
    await alice.prints('#général bob : ligne 49');
    expect(alice.screen.split('\n').filter(line => line.includes(' : ligne '))).toEqual(lines.map(line => `#général bob : ${line}`));
  });

  it('shows the answers to what came by a pipe before it ends', async () => {
    const client = start('--user', 'alice', '--password-file', passwordFile);
    client.type('/msg personne salut', '/users', '/join #nulle-part');
    client.typeEnd();
    expect(await client.end()).toBe(0);
    expect(client.screen).toContain("* personne n'existe pas.\n");
    expect(client.screen).toContain('* Canal inexistant\n');
  });

  it('makes an account, and says why it may not', async () => {
    const made = await entered('nora', '--register');
    expect(made.screen).toContain('* Compte nora créé.');
    const taken = start('--user', 'nora', '--register', '--password-file', passwordFile);
    expect(await taken.end()).toBe(1);
    expect(taken.complaints).toBe('Username already exists.\n');
  });

  it('lets somebody talk without an account', async () => {
    const alice = await entered('alice');
    const camille = start('--guest', 'Camille');
    await camille.prints('* Bonjour Camille ! /aide montre les commandes.');
    await alice.prints('* Camille est en ligne');
    camille.type('de passage');
    await alice.prints('#général Camille (invité) : de passage');
    camille.type('/msg alice psst');
    await camille.prints("* Les messages privés demandent un compte : votre message n'est pas parti.");
    camille.typeEnd();
    expect(await camille.end()).toBe(0);
    const alike = start('--guest', 'Alice', '--lang', 'en');
    await alike.prints('* The name Alice belongs to somebody. Choose another one, or log in.');
  });

  it('asks for the password on a terminal, and does not show it', async () => {
    const { host, port } = nester.tcp;
    const client = new PythonClient('terminal', host, String(port), '--user', 'alice');
    open.push(client);
    await client.shows('Mot de passe de alice : ');
    client.type(password);
    await client.shows('* En ligne : alice');
    client.type('/quit');
    expect(await client.end()).toBe(0);
    expect(client.screen).not.toContain(password);
  });

  it('says in one line that the password is wrong', async () => {
    const wrong = join(nester.folder, 'wrong.txt');
    writeFileSync(wrong, 'not the password\n');
    const bob = start('--user', 'bob', '--password-file', wrong);
    expect(await bob.end()).toBe(1);
    expect(bob.complaints).toBe('Login failed.\n');
    expect(bob.screen).toBe('');
  });

  it('prints nothing that steers the terminal', async () => {
    const [alice, zoe] = [await entered('alice'), await entered('Zoé')];
    zoe.type('\u001b[2Jrouge \u001b]0;titre\u0007 \u202eà l’envers', 'après');
    await alice.prints('#général Zoé : après');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those must not be there
    expect(alice.screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(alice.screen).toContain('rouge');
  });

  it('inside TLS trusts nobody blindly', async () => {
    const { host, port } = await nester.tls();
    const secure = (...args: string[]) => {
      const client = new PythonClient('pipes', host, String(port), '--user', 'alice', '--password-file', passwordFile, '--tls', ...args);
      open.push(client);
      return client;
    };
    const [fingerprint] = /([0-9A-F]{2}:){31}[0-9A-F]{2}/.exec(nester.output)!;
    const doubting = secure();
    expect(await doubting.end()).toBe(1);
    expect(doubting.complaints).toMatch(/^Connexion impossible : .*CERTIFICATE_VERIFY_FAILED.*\n$/);
    const mistaken = secure(
      '--fingerprint',
      fingerprint.replace(/^../, pair => (pair === '00' ? '01' : '00')),
    );
    expect(await mistaken.end()).toBe(1);
    expect(mistaken.complaints).toContain("Ce n'est pas le certificat attendu");
    const knowing = secure('--fingerprint', fingerprint);
    await knowing.prints('* En ligne : alice');
    expect(knowing.complaints).toBe('');
    const careless = secure('--insecure');
    await careless.prints('* En ligne : alice');
    expect(careless.complaints).toContain("n'est pas vérifié");
  });

  it('knows wrong usage', async () => {
    for (const args of [[], ['--user', 'a', '--guest', 'b'], ['--user', 'a', '--insecure'], ['--user', 'a', '--lang', 'de']]) {
      const client = start(...args);
      expect(await client.end()).toBe(2);
      expect(client.complaints).toMatch(/^usage: /);
    }
  });

  it('ends when the server stops, and says so', async () => {
    const [alice, bob] = [await entered('alice'), await entered('bob', '--lang', 'en')];
    await bob.prints('* Online: alice, bob');
    expect(await nester.stop()).toBe(0);
    for (const client of [alice, bob]) {
      expect(await client.end()).toBe(1);
      expect(client.screen).toMatch(/\n\* Le serveur s'arrête\.\n$/);
      expect(client.complaints).toBe('');
    }
    const late = start('--user', 'alice', '--password-file', passwordFile);
    expect(await late.end()).toBe(1);
    expect(late.complaints).toMatch(/^Connexion impossible : .*\n$/);
    await nester.start();
  });
});
