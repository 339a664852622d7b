import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { PACKAGE_ROOT } from '../config/state-dir.ts';
import { withCli } from './cli.testkit.ts';
import { processIo } from './process-io.ts';
import { createProgram } from './program.ts';

describe('main: the command line itself', () => {
  for (const [argv, code, message] of [
    [
      ['blcok', '203.0.113.7'],
      2,
      /^sipward: blcok: unknown command \(did you mean block\?\); known here: run, .*, why/,
    ],
    [
      ['allow', 'ad', '192.0.2.1'],
      2,
      /^sipward: ad: unknown command \(did you mean add\?\); known here: add, remove, /,
    ],
    [['help', 'blcok'], 2, /^sipward: blcok: unknown command/],
    [['block'], 2, /^sipward: <address>: expected .*address.*, got nothing\n$/],
    [['replay'], 2, /^sipward: <file>: expected logs, or captures \(pcap, pcapng\), got nothing\n$/],
    [
      ['block', '203.0.113.7', '--four', '1h'],
      2,
      /^sipward: --four: unknown option \(did you mean --for\?\); known here: --for, --reason, --force\n$/,
    ],
    [['blocks', '--limit', '1'], 2, /^sipward: --limit: unknown option; known here: none\n$/],
    [['block', '203.0.113.7', '--for'], 2, /^sipward: --for: expected <time>, got nothing\n$/],
    [['blocks', 'extra'], 2, /^sipward: sipward blocks: expected 0 arguments, got 1: extra\n$/],
    [['block', 'a', 'b'], 2, /^sipward: sipward block: expected 1 argument, got 2: a, b\n$/],
    [['events', '--limit', 'ten'], 2, /^sipward: --limit: expected an integer from 1 to 10000, got "ten"\n$/],
    [['events', 'resolve', 'x'], 2, /^sipward: <id>: expected an integer >= 1, got "x"\n$/],
    [['events', 'resolve', '9'.repeat(20)], 2, /^sipward: <id>: expected an integer >= 1, got "9{20}"\n$/],
    [
      ['replay', '--format', '\u001b[31m', 'x'],
      2,
      /^sipward: --format: expected one of auto, .*, got "\\u001b\[31m"\n$/,
    ],
    [['\u001b[31m'], 2, /^sipward: \\x1b\[31m: unknown command; /],
    [
      ['why', '192.0.2.1/24'],
      2,
      /^sipward: <subject>: expected a network without host bits, such as 192\.0\.2\.0\/24, got/,
    ],
    [['why', 'x'.repeat(600)], 2, /^sipward: <subject>: expected .* of at most 511 characters, got "x+…\n$/],
    [['--config', '', 'check'], 2, /^sipward: --config: expected a file, got ""\n$/],
    [['--state-dir', '', 'blocks'], 2, /^sipward: --state-dir: expected a directory, got ""\n$/],
    [['--config', '/none.yaml', 'check'], 78, /^sipward: \/none\.yaml: there is no such file\n$/],
    [['--config', '/', 'check'], 78, /^sipward: \/: expected a file, got a directory\n$/],
    [['--state-dir', '/proc/none', 'blocks'], 1, /^sipward: the state directory \/proc\/none cannot be made: ENOENT/],
    [
      ['--state-dir', '/etc/passwd', 'blocks'],
      1,
      /^sipward: the state directory .* expected a directory, got a file\n$/,
    ],
    [['allow', 'import', '/'], 1, /^sipward: \/: expected a file, got a directory\n$/],
    [['opensips', 'check', '/none.cfg'], 1, /^sipward: \/none\.cfg: there is no such file\n$/],
    [['allow'], 2, /Usage: sipward allow/],
    [[], 2, /Usage: sipward/],
  ] as const) {
    it(`${JSON.stringify(argv)} ends with ${code}`, () =>
      withCli(async (cli) => {
        const run = await cli.run(argv);
        assert.equal(run.code, code);
        assert.match(run.stderr, message);
        assert.equal(run.stdout, '');
      }));
  }

  it('prints help and version on standard output, and succeeds', () =>
    withCli(async (cli) => {
      for (const argv of [['--help'], ['help'], ['help', 'block'], ['block', '-h'], ['allow', 'add', '--help']]) {
        const run = await cli.run(argv);
        assert.equal(run.code, 0, argv.join(' '));
        assert.match(run.stdout, /^Usage: sipward/);
        assert.equal(run.stderr, '');
      }
      assert.match((await cli.run(['events', '--help'])).stdout, /its options: sipward events list --help\n$/);
      assert.match((await cli.run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    }));

  it('takes global options before and after the command', () =>
    withCli(async (cli) => {
      const before = await cli.run(['--json', 'blocks']);
      const after = await cli.run(['blocks', '--json']);
      assert.deepEqual(JSON.parse(before.stdout), { blocks: [], more: false });
      assert.equal(after.stdout, before.stdout);
      const nested = await cli.run(['allow', 'list', '--json']);
      assert.deepEqual(JSON.parse(nested.stdout).entries, []);
    }));

  it('ends with 78 for a bad configuration, whatever the command', () =>
    withCli(async (cli) => {
      cli.write('bad.yaml', 'enforcment: enforce\nweb: 7\n');
      for (const command of [['check'], ['blocks'], ['block', '203.0.113.7']]) {
        const run = await cli.run(['--config', 'bad.yaml', ...command]);
        assert.equal(run.code, 78);
        assert.match(run.stderr, /^sipward: .*bad\.yaml:1:1: enforcment: unknown key \(did you mean enforcement\?\)/);
        assert.match(run.stderr, /\nsipward: .*bad\.yaml:2:6: web: expected a mapping/);
      }
    }));

  it('says what is wrong when the state directory cannot be made', () =>
    withCli(async (cli) => {
      const file = cli.write('file', '');
      const run = await cli.run(['--state-dir', join(file, 'state'), 'blocks']);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /^sipward: the state directory .* expected a directory, got a file\n$/);
    }));
});

describe('main: every command', () => {
  for (const command of leaves(createProgram(processIo()).root)) {
    it(`${path(command)} has a sentence, an example that names it, and described options`, () => {
      assert.match(command.summary(), /^[A-Z].*\.$/);
      const help = helpOf(command);
      assert.match(
        help,
        new RegExp(
          `\\$ sipward .*${path(command)
            .replace(/^sipward /, '')
            .replace(' list', '( list)?')}`,
        ),
      );
      for (const option of command.options) assert.notEqual(option.description, '', option.flags);
      for (const argument of command.registeredArguments) assert.notEqual(argument.description, '', argument.name());
    });
  }
});

describe('bin/sipward', () => {
  const run = promisify(execFile);
  const program = join(PACKAGE_ROOT, 'bin/sipward');

  it('runs from anywhere and passes the exit code on', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sipward-bin-'));
    try {
      const env = { ...process.env, SIPWARD_CONFIG: '/dev/null' };
      const good = await run(program, ['check', '--json', '--state-dir', 'state'], { cwd, env });
      assert.equal(JSON.parse(good.stdout).stateDir, join(cwd, 'state'));
      await assert.rejects(run(program, ['--config', 'absent.yaml', 'check'], { cwd, env }), { code: 78 });
      await assert.rejects(run(program, ['frobnicate'], { cwd, env }), { code: 2 });
      const blocked = await run(program, ['block', '203.0.113.7', '--state-dir', 'state'], { cwd, env });
      assert.match(blocked.stdout, /^Blocked 203\.0\.113\.7 until /);
      assert.match(blocked.stderr, /No daemon is running/);
      // The first line is enough for `head`; that is no error.
      const { stdout } = await run('sh', ['-c', '"$0" blocks --state-dir state | head -n 1', program], { cwd, env });
      assert.match(stdout, /^TARGET/);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  const text: string[] = [];
  command.configureOutput({ writeOut: (part) => void text.push(part) });
  command.outputHelp();
  return text.join('');
}
