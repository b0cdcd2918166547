import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { Pane } from './pane.ts';

needs('tmux')('the terminal client on a screen', () => {
  let nester: Nester;
  let ada: Person;
  let bob: Person;
  let pane: Pane;
  let general: string;
  let dev: string;

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    bob = await newPerson(nester, ada, 'Bob');
    await newPerson(nester, ada, 'Chloé');
    general = await channelNamed(bob, 'général');
    dev = await channelNamed(bob, 'dev');
    for (let i = 1; i <= 120; i++) await send(`ancien ${i}.`);
    pane = new Pane({ language: 'fr_FR.UTF-8' });
  });
  afterAll(async () => {
    pane?.close();
    await nester?.remove();
  });

  const send = async (content: string, channelId = general, person = bob) => await person.http.call('message.send', { channelId, content });
  const said = async (channelId = general) =>
    (await bob.http.call('message.history', { channelId, limit: 200 })).messages.map(each => each.content);
  /** Presses PageUp until a text is there. */
  const upTo = (wanted: string) =>
    pane.holds(`"${wanted}" further up`, text => {
      if (!text.includes(wanted)) pane.press('PageUp');
      return text.includes(wanted);
    });
  /** How many lines of the conversation are just this. */
  const times = (text: string, line: string) => text.split('\n').filter(each => each.endsWith(` ${line}`)).length;

  it('says in one line that nobody is there', async () => {
    pane.classcord('http://127.0.0.1:1');
    await pane.shows('classcord: Rien n’écoute à http://127.0.0.1:1.');
  });

  it('logs in by name and password, which is never shown', async () => {
    pane.classcord(nester.httpUrl);
    await pane.shows('Nom :');
    pane.say('Chloé');
    await pane.shows('Mot de passe :');
    pane.say('a-wrong-passphrase-1');
    await pane.shows('Échec de la connexion.');
    // Typed ahead: nothing of it is lost.
    pane.say('Chloé');
    pane.say(password);
    await pane.shows('● connecté Chloé');
    expect(pane.text).not.toMatch(/passphrase|correct-horse/);
  });

  it('keeps the token for its owner only', () => {
    const folder = join(pane.config, 'classcord');
    const [file] = readdirSync(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, file!)).mode & 0o777).toBe(0o600);
    const text = readFileSync(join(folder, file!), 'utf8');
    expect(JSON.parse(text).servers[nester.httpUrl]).toMatchObject({ name: 'Chloé', token: expect.any(String) });
    expect(text).not.toContain(password);
  });

  it('shows history, and older messages page by page', async () => {
    await pane.shows('ancien 120.');
    await pane.shows(/^#général +│/m);
    expect(pane.text).not.toContain('ancien 60.');
    // Three pages of history: the first came when the channel was opened.
    await upTo('Voici le début de #général.');
    expect(pane.text).toContain('  ancien 1.');
    await send('pendant la lecture');
    await pane.shows(/1 nouveau plus bas/);
    expect(pane.text).toContain('Voici le début de #général.');
    pane.press('Escape');
    await pane.shows('  pendant la lecture');
  });

  it('sends, and shows what others send', async () => {
    pane.say('Bonjour à tous, 日本 👍');
    await pane.shows('  Bonjour à tous, 日本 👍');
    await pane.holds('nothing on its way', text => !text.includes('en attente'));
    expect(await said()).toContain('Bonjour à tous, 日本 👍');
    await send('Salut Chloé');
    await pane.shows('  Salut Chloé');
  });

  it('counts what is unread elsewhere, and reads it', async () => {
    await send('coucou', dev);
    await pane.shows(/^#dev +1│/m);
    await send('@Chloé regarde', dev);
    await pane.shows(/^#dev +@1·2│/m);
    pane.press('M-Up');
    await pane.shows('#dev ›');
    await pane.shows('▌ @Chloé regarde');
    await pane.shows(/^#dev +│/m);
    pane.press('M-Down');
    await pane.shows('#général ›');
  });

  it('shows who is writing and who is here', async () => {
    const { LineClient } = await import('../kit/line-client.ts');
    const line = await LineClient.connect(nester.tcp);
    await line.ask('session.resume', { token: bob.token });
    await pane.shows('● Bob');
    await line.ask('typing.start', { channelId: general });
    await pane.shows('Bob écrit…');
    await line.ask('presence.set', { state: 'away' });
    await pane.shows('◐ Bob');
    await line.close();
    await pane.holds('Bob gone', text => !text.includes('◐ Bob'));
  });

  it('joins a channel, completes its name, and leaves it', async () => {
    await ada.http.call('channel.create', { name: 'projet', topic: 'Le projet' });
    pane.say('/channels');
    await pane.shows('#projet  1 membre  Le projet');
    pane.type('/jo');
    pane.press('Tab');
    pane.type('pro');
    pane.press('Tab');
    await pane.shows('› /join #projet');
    pane.press('Enter');
    await pane.shows('#projet ›');
    expect(pane.lines()[0]).toBe(' #projet  Le projet');
    pane.say('/topic autre');
    await pane.shows('Votre rôle ne le permet pas.');
    pane.say('/leave');
    await pane.shows('#général ›');
    pane.say('/join #nulle-part');
    await pane.shows('Il n’y a pas de canal #nulle-part pour vous.');
  });

  it('writes to one person alone', async () => {
    pane.type('/msg bo');
    pane.press('Tab');
    await pane.shows('› /msg Bob');
    pane.say('rien que pour toi');
    await pane.shows('@Bob ›');
    await pane.shows('  rien que pour toi');
    const { channelId } = await bob.http.call('channel.openDirect', { name: 'Chloé' });
    expect(await said(channelId)).toEqual(['rien que pour toi']);
    pane.say('/msg personne bonjour');
    await pane.shows('Personne ne s’appelle personne.');
    pane.say('/join #general');
    await pane.shows('#général ›');
  });

  it('sends a paste of several lines as one message', async () => {
    pane.paste('trois\nlignes\ncollées');
    await pane.shows('› trois↵lignes↵collées');
    pane.press('Enter');
    await pane.shows('  collées');
    await pane.holds('nothing on its way', text => !text.includes('en attente'));
    expect((await said()).at(-1)).toBe('trois\nlignes\ncollées');
  });

  it('lets nobody else move the cursor or set the title', async () => {
    const title = pane.tell('pane_title');
    await send('avant\u001b]0;volé\u0007\u001b[2J\u001b[1;1H\u009b2Japrès');
    await pane.shows('  avantaprès');
    expect(pane.tell('pane_title')).toBe(title);
    expect(pane.text).toContain('Canaux');
  });

  it('says what it does not know', async () => {
    pane.say('/danser');
    await pane.shows('La commande /danser n’existe pas.');
    pane.say('//comme du texte');
    await pane.shows('  /comme du texte');
    pane.say('/help');
    await pane.shows('/msg nom texte');
    pane.say('/away');
    await pane.shows('● connecté Chloé (absent)');
  });

  it('draws itself anew when its window changes', async () => {
    pane.resize(50, 12);
    await pane.holds('no list in a narrow window', text => !text.includes('│') && text.includes('#général ›'));
    expect(pane.lines().filter(line => line.length > 50)).toEqual([]);
    pane.resize(120, 35);
    await pane.shows('Canaux');
  });

  it('lets the shell in between with Ctrl-Z, and goes on', async () => {
    pane.press('C-z');
    await pane.holds('the shell', text => !text.includes('Canaux'));
    expect(pane.tell('alternate_on')).toBe('0');
    await send('pendant la pause');
    pane.say('fg');
    await pane.shows('  pendant la pause');
    await pane.shows('● connecté Chloé');
  });

  it('says that the line is lost, keeps what is said meanwhile, and misses nothing and shows nothing twice', async () => {
    await send('dernier avant la panne');
    await pane.shows('  dernier avant la panne');
    await nester.kill();
    await pane.shows(/◌ reconnexion dans \d+ s|◌ connexion…/);
    pane.say('dit pendant la panne');
    await pane.shows('(en attente)');
    await pane.shows('1 à envoyer');
    await nester.start();
    for (let i = 1; i <= 3; i++) await send(`au retour ${i}`);
    await pane.shows('● connecté Chloé (absent)');
    await pane.shows('  au retour 3');
    await pane.holds('nothing on its way', text => !text.includes('en attente'));
    for (const line of ['dernier avant la panne', 'dit pendant la panne', 'au retour 1', 'au retour 2', 'au retour 3']) {
      expect([line, times(pane.text, line)]).toEqual([line, 1]);
    }
    expect((await said()).filter(content => content === 'dit pendant la panne')).toHaveLength(1);
  });

  it('leaves the terminal as it was', async () => {
    pane.say('/quit');
    await pane.holds('the shell', text => !text.includes('Canaux') && /[$#] $/.test(text.trimEnd().concat(' ')));
    expect(pane.text).not.toMatch(/passphrase|correct-horse/);
    expect(pane.tell('alternate_on')).toBe('0');
    expect(pane.tell('cursor_flag')).toBe('1');
    pane.say('stty -a | tr " ;" "\\n\\n" | grep -x -e echo -e icanon -e isig | tr "\\n" + ; echo $((40+2))');
    await pane.shows(/isig\+icanon\+echo\+42/);
  });

  it('needs no password the next time, and no colours where they are not wanted', async () => {
    const colours = new RegExp(`${String.fromCharCode(27)}\\[(?:\\d+;)*3[1-6]m`);
    pane.classcord();
    await pane.shows('● connecté Chloé');
    await pane.shows('  au retour 3');
    expect(pane.styled).toMatch(colours);
    pane.press('C-d');
    await pane.holds('the shell', text => !text.includes('Canaux'));
    pane.classcordWith('NO_COLOR=1');
    await pane.shows('  au retour 3');
    expect(pane.styled).not.toMatch(colours);
    pane.press('C-d');
    await pane.holds('the shell', text => !text.includes('Canaux'));
  });

  it('ends with its session, says why, and asks anew the next time', async () => {
    pane.classcord();
    await pane.shows('● connecté Chloé');
    const { users } = await ada.http.call('user.list', {});
    const chloe = users.find(({ name }) => name === 'Chloé')!;
    await ada.http.call('user.setPassword', { userId: chloe.userId, password: 'another-long-secret-5' });
    await pane.shows('classcord: Votre mot de passe a été changé.');
    pane.say('echo code $?');
    await pane.shows('code 1');
    pane.classcord();
    await pane.shows('Nom : [Chloé]');
    pane.press('C-c');
    await pane.shows('Rien n’a été fait.');
  });
});
