/** A real Asterisk for tests: on the PATH, or in the root of another system at $SIPWARD_ASTERISK_ROOT (debootstrap). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where Asterisk is; its root is `/` unless it lives in another system's. */
export interface AsteriskProgram {
  readonly root: string;
  readonly version: string;
}

export const NO_ASTERISK =
  'Asterisk is not on the PATH and $SIPWARD_ASTERISK_ROOT is not set: nothing was tried against the real program';

export function findAsterisk(): AsteriskProgram | undefined {
  for (const root of [process.env.SIPWARD_ASTERISK_ROOT, '/'].filter((dir) => dir !== undefined)) {
    const [program = '', ...args] = inRoot(root, ['asterisk', '-V']);
    const version = /Asterisk (\S+)/.exec(spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '')?.[1];
    if (version !== undefined) return { root, version };
  }
  return undefined;
}

const inRoot = (root: string, command: readonly string[]) => (root === '/' ? command : ['chroot', root, ...command]);

export interface Account {
  readonly user: string;
  readonly password: string;
  /** In its credentials, if that is another. */
  readonly authUser?: string;
}

export interface AsteriskSettings {
  readonly pjsip: string;
  readonly accounts: readonly Account[];
  /** Modules to load besides. */
  readonly modules?: readonly string[];
  /** Configuration files besides, or instead: text by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface RunningAsterisk {
  /** Its configuration; log files are in `log/`. */
  readonly dir: string;
  /** Runs a command of its console. */
  readonly console: (command: string) => string;
  readonly log: () => string;
}

const MODULES = [
  'res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip res_pjsip_session',
  'res_pjsip_registrar res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_user res_pjsip_acl',
  'res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_anonymous res_pjsip_nat res_pjsip_pubsub',
  'res_pjsip_outbound_authenticator_digest res_pjsip_sdp_rtp res_pjsip_rfc3326 res_pjsip_notify res_rtp_asterisk',
  'chan_pjsip bridge_simple bridge_native_rtp codec_ulaw codec_alaw app_dial app_echo pbx_config',
  'res_http_websocket res_timing_timerfd func_callerid',
].join(' ');

const EXTENSIONS = `[phones]
exten => _1XXX,1,Dial(PJSIP/\${EXTEN},20)
exten => 600,1,Answer()
 same => n,Echo()
exten => 112,1,Answer()
 same => n,Echo()
exten => _00X.,1,Answer()
 same => n,Echo()
exten => _0900X.,1,Answer()
 same => n,Echo()
`;

/** Lends an Asterisk with the rendered pjsip.conf and these accounts. */
export async function withAsterisk(
  program: AsteriskProgram,
  settings: AsteriskSettings,
  use: (asterisk: RunningAsterisk) => Promise<void>,
): Promise<void> {
  const outside = mkdtempSync(join(program.root, tmpdir(), 'sipward-asterisk-'));
  const inside = program.root === '/' ? outside : outside.slice(program.root.length);
  writeConfiguration(outside, inside, settings);
  const run = (args: readonly string[]) => inRoot(program.root, ['asterisk', '-C', `${inside}/asterisk.conf`, ...args]);
  const [command = '', ...args] = run(['-f']);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += String(data)));
  const console = (line: string) => {
    const [cli = '', ...cliArgs] = run(['-rx', line]);
    return spawnSync(cli, cliArgs, { encoding: 'utf8' }).stdout ?? '';
  };
  try {
    await ready(child, console, () => log);
    await use({ dir: outside, console, log: () => log });
  } finally {
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(outside, { recursive: true });
  }
}

async function ready(child: ChildProcess, console: (line: string) => string, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
    if (/Transport:/.test(console('pjsip show transports'))) return;
    await sleep(200);
  }
  throw new Error(`Asterisk does not answer:\n${log().split('\n').slice(-20).join('\n')}`);
}

function writeConfiguration(outside: string, inside: string, settings: AsteriskSettings): void {
  for (const dir of ['run', 'lib', 'spool', 'log']) mkdirSync(join(outside, dir));
  const modulesDir = '/usr/lib/x86_64-linux-gnu/asterisk/modules';
  const write = (name: string, lines: readonly string[]) => writeFileSync(join(outside, name), `${lines.join('\n')}\n`);
  const directories = { astetcdir: '', astvarlibdir: '/lib', astdbdir: '/lib', astkeydir: '/lib' };
  const more = { astspooldir: '/spool', astrundir: '/run', astlogdir: '/log' };
  write('asterisk.conf', [
    '[directories]',
    ...Object.entries({ ...directories, ...more }).map(([key, dir]) => `${key} => ${inside}${dir}`),
    `astmoddir => ${modulesDir}`,
    'astdatadir => /usr/share/asterisk',
  ]);
  const modules = [...MODULES.split(' '), ...(settings.modules ?? [])];
  write('modules.conf', ['[modules]', 'autoload=no', ...modules.map((name) => `load=${name}.so`)]);
  write('logger.conf', ['[logfiles]', 'console => notice,warning,error']);
  write('extensions.conf', [EXTENSIONS]);
  write('pjsip.conf', [settings.pjsip, ...settings.accounts.map(accountText)]);
  write('pjsip_notify.conf', ['[test]', 'Event=>check-sync']);
  for (const [name, text] of Object.entries(settings.files ?? {})) write(name, [text]);
}

function accountText({ user, password, authUser = user }: Account): string {
  return [
    `[${user}](phone)`,
    `auth=${user}`,
    `aors=${user}`,
    `[${user}](account)`,
    `[${user}]`,
    'type=auth',
    'auth_type=userpass',
    `username=${authUser}`,
    `password=${password}`,
    // Short, so that a test can wait for a nonce to be too old.
    'nonce_lifetime=2',
  ].join('\n');
}
