/** The commands around an OpenSIPS that is not there; with the real one they are tried end to end. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Cli, withCli } from '../../cli.testkit.ts';

const SBC = `opensips:
  binary: no-such-opensips
  mi: http://127.0.0.1:1/mi
  listen: [udp:192.0.2.1:5060]
  back-ends: [10.0.0.10:5060]
`;

const configured = (cli: Cli, text: string, ...argv: readonly string[]) =>
  cli.run(['--config', cli.write('sipward.yaml', text), 'opensips', ...argv]);

describe('opensips render', () => {
  it('writes the complete SBC and says how to start it; the second time nothing changes', () =>
    withCli(async (cli) => {
      const first = await configured(cli, SBC, 'render', '--output', 'out');
      assert.equal(first.code, 0, first.stderr);
      const cfg = join(cli.directory, 'out/sbc/opensips.cfg');
      assert.match(first.stdout, /files written, 0 left as they are\.\n\nStart it with: no-such-opensips -m 256 -f /);
      assert.ok(existsSync(cfg));
      assert.match(readFileSync(cfg, 'utf8'), /^socket=udp:192\.0\.2\.1:5060$/m);
      const second = await configured(cli, SBC, 'render', '--output', 'out');
      assert.match(second.stdout, /: 0 files written/);
    }));

  it('says what the complete SBC needs, with 78', () =>
    withCli(async (cli) => {
      const { code, stderr } = await configured(cli, 'opensips: {}\n', 'render', '--output', 'out');
      assert.equal(code, 78);
      assert.match(stderr, /opensips\.listen and opensips\.back-ends: the complete SBC needs at least one of each/);
      assert.equal(existsSync(join(cli.directory, 'out')), false);
    }));

  it('says which file is not there', () =>
    withCli(async (cli) => {
      const { code, stderr } = await configured(cli, SBC, 'render', '--output', 'out', '--drop-in', 'absent.cfg');
      assert.deepEqual([code, stderr], [1, `sipward: ${join(cli.directory, 'absent.cfg')}: there is no such file\n`]);
      assert.equal(existsSync(join(cli.directory, 'out')), false);
    }));

  it('prints where the drop-in belongs, and leaves out modules that are loaded', () =>
    withCli(async (cli) => {
      const own = cli.write('opensips.cfg', 'loadmodule "tm.so"\nroute {\n\tt_relay();\n}\n');
      const { code, stdout } = await configured(cli, SBC, 'render', '--output', 'out', '--drop-in', own);
      assert.equal(code, 0);
      assert.match(
        stdout,
        /1\. after the last loadmodule .*\(after line 1\)[\s\S]*include_file ".*out\/drop-in\/sipward\.cfg"/,
      );
      assert.match(stdout, /3\. in the main route, first \(after line 2\)[\s\S]*route\(sipward_gate\);/);
      const modules = readFileSync(join(cli.directory, 'out/security/modules.cfg'), 'utf8');
      assert.doesNotMatch(modules, /"tm\.so"/);
    }));

  it('fails on a configuration file that is not there', () =>
    withCli(async (cli) => {
      const { code, stderr } = await configured(cli, SBC, 'render', '--output', 'out', '--drop-in', 'nowhere.cfg');
      assert.equal(code, 1);
      assert.match(stderr, /nowhere\.cfg/);
    }));
});

describe('opensips check, status and rotate', () => {
  it('say what is missing, and fail', () =>
    withCli(async (cli) => {
      const check = await configured(cli, SBC, 'check');
      assert.equal(check.code, 1);
      assert.match(check.stdout, /^FAILED {2}program: no OpenSIPS 'no-such-opensips': install it/m);
      assert.match(
        check.stdout,
        /^FAILED {2}management interface: no answer of OpenSIPS at http:\/\/127\.0\.0\.1:1\/mi/m,
      );
      const status = await configured(cli, SBC, 'status');
      assert.equal(status.code, 1);
      assert.match(status.stderr, /no answer of OpenSIPS at http:\/\/127\.0\.0\.1:1\/mi/);
      const rotate = await configured(cli, SBC, 'rotate');
      assert.equal(rotate.code, 1);
      assert.match(rotate.stderr, /no answer of OpenSIPS at http:\/\/127\.0\.0\.1:1\/mi/);
    }));
});
