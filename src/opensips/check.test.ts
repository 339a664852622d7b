import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkOpensips, withModulesDir } from './check.ts';
import { opensipsConfig } from './config.ts';
import { checkSyntax, findProgram } from './program.ts';

/** A stand-in for the program, for what goes wrong around it; what it really accepts is tried end to end. */
async function withProgram(script: string, use: (binary: string, dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-program-'));
  try {
    mkdirSync(join(dir, 'sbin'));
    mkdirSync(join(dir, 'lib64/opensips/modules'), { recursive: true });
    const binary = join(dir, 'sbin/opensips');
    writeFileSync(binary, `#!/bin/sh\n${script}\n`);
    chmodSync(binary, 0o755);
    await use(binary, dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const VERSION = 'case $1 in -V) echo "version: opensips 3.6.8 (x86_64/linux)"; exit 0;; esac';
const settings = { mi: 'http://127.0.0.1:1/mi', listen: ['udp:127.0.0.1:5060'], 'back-ends': ['127.0.0.2'] };

describe('findProgram', () => {
  it('knows version and modules', () =>
    withProgram(VERSION, async (binary, dir) => {
      const expected = { binary, version: '3.6.8', modulesDir: join(dir, 'lib64/opensips/modules') };
      assert.deepEqual(findProgram(binary), expected);
      assert.deepEqual(findProgram('opensips', `/nonexistent:${join(dir, 'sbin')}`), expected);
      assert.equal(findProgram('opensips', '/nonexistent'), undefined);
    }));

  it('takes no other program for OpenSIPS', () =>
    withProgram('echo hello', async (binary) => {
      assert.equal(findProgram(binary), undefined);
    }));
});

describe('checkSyntax', () => {
  it('gives what OpenSIPS complains about, each once', () =>
    withProgram(
      `${VERSION}\necho "Nov 23 03:00:34 [1] ERROR:core:x: no"; echo "Nov 23 03:00:35 [1] ERROR:core:x: no" >&2; exit 255`,
      async (binary) => {
        const program = findProgram(binary);
        assert.ok(program);
        assert.deepEqual(checkSyntax(program, '/x'), { ok: false, complaints: ['core:x: no'] });
      },
    ));
});

describe('checkOpensips', () => {
  it('says what to do when there is no OpenSIPS', async () => {
    const results = await checkOpensips(opensipsConfig.parse({ ...settings, binary: 'no-such-opensips' }));
    assert.deepEqual(
      results.map(({ name, ok }) => [name, ok]),
      [
        ['program', false],
        ['management interface', false],
      ],
    );
    assert.match(results[0]?.detail ?? '', /install it, or say where it is with opensips\.binary/);
    assert.match(results[1]?.detail ?? '', /is OpenSIPS running with the rendered configuration\?/);
  });

  it('names the modules that are missing', () =>
    withProgram(VERSION, async (binary) => {
      const results = await checkOpensips(opensipsConfig.parse({ ...settings, binary }));
      const modules = results.find(({ name }) => name === 'modules');
      assert.equal(modules?.ok, false);
      assert.match(modules?.detail ?? '', /pike.*\(Debian: opensips-http-modules\)/);
    }));

  it('lets OpenSIPS judge the operator’s own file', () =>
    withProgram(`${VERSION}\necho "ERROR:core: $*"; exit 1`, async (binary) => {
      const results = await checkOpensips(opensipsConfig.parse({ ...settings, binary }), '/etc/opensips/mine.cfg');
      const configuration = results.find(({ name }) => name === 'configuration');
      assert.equal(
        configuration?.detail,
        'OpenSIPS refuses /etc/opensips/mine.cfg:\ncore: -C -f /etc/opensips/mine.cfg',
      );
    }));

  it('is not content with a file that never passes the gate', () =>
    withProgram(VERSION, async (binary, dir) => {
      const include = 'include_file "/etc/opensips/sipward/drop-in/sipward.cfg"\n';
      for (const [text, ok] of [
        ['route {\n\texit;\n}\n', false],
        [`${include}route {\n\t# route(sipward_gate);\n}\n`, false],
        [`${include}route {\n\troute(sipward_gate);\n}\n`, true],
        ['include_file "routes.cfg"\n', true],
      ] as const) {
        const cfg = join(dir, 'mine.cfg');
        writeFileSync(cfg, text);
        const results = await checkOpensips(opensipsConfig.parse({ ...settings, binary }), cfg);
        const configuration = results.find(({ name }) => name === 'configuration');
        assert.equal(configuration?.ok, ok, text);
        const detail = `OpenSIPS 3.6.8 accepts ${cfg}`;
        const advice = `, but it never calls route(sipward_gate): sipward opensips render --drop-in ${cfg} says what to add`;
        assert.equal(configuration.detail, ok ? detail : `${detail}${advice}`);
      }
    }));

  it('finds the directory of the modules unless it was given', () =>
    withProgram(VERSION, async (binary, dir) => {
      const found = withModulesDir(opensipsConfig.parse({ binary }));
      assert.equal(found['modules-dir'], join(dir, 'lib64/opensips/modules'));
      const given = withModulesDir(opensipsConfig.parse({ binary, 'modules-dir': '/opt/modules' }));
      assert.equal(given['modules-dir'], '/opt/modules');
    }));
});
