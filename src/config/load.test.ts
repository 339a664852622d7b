import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findConfigFile, loadConfig, SYSTEM_CONFIG_FILE } from './load.ts';
import { ConfigError } from './problem.ts';
import { configSchema } from './schema.ts';
import { PACKAGE_ROOT, resolveStateDir, SYSTEM_STATE_DIR } from './state-dir.ts';

function withDirectory(use: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-config-'));
  try {
    use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('loadConfig', () => {
  it('prefers --config, then $SIPWARD_CONFIG, then the current directory, then the system', () =>
    withDirectory((cwd) => {
      const env = { SIPWARD_CONFIG: 'env.yaml' };
      assert.equal(findConfigFile({ explicit: 'given.yaml', env, cwd }), join(cwd, 'given.yaml'));
      assert.equal(findConfigFile({ env, cwd }), join(cwd, 'env.yaml'));
      assert.ok([undefined, SYSTEM_CONFIG_FILE].includes(findConfigFile({ env: {}, cwd })));
      writeFileSync(join(cwd, 'sipward.yaml'), '');
      assert.equal(findConfigFile({ env: { SIPWARD_CONFIG: '' }, cwd }), join(cwd, 'sipward.yaml'));
    }));

  it('reads the file it found', () =>
    withDirectory((cwd) => {
      writeFileSync(join(cwd, 'sipward.yaml'), 'enforcement: enforce\n');
      const loaded = loadConfig({ env: {}, cwd });
      assert.equal(loaded.config.enforcement, 'enforce');
      assert.equal(loaded.file, join(cwd, 'sipward.yaml'));
    }));

  it('refuses a named file that is not there, instead of using defaults', () =>
    withDirectory((cwd) => {
      assert.throws(
        () => loadConfig({ explicit: 'absent.yaml', env: {}, cwd }),
        (error) => error instanceof ConfigError && /absent\.yaml: there is no such file/.test(error.message),
      );
    }));

  it('has complete defaults', () => assert.doesNotThrow(() => configSchema.parse({})));
});

describe('resolveStateDir', () => {
  const base = { option: undefined, configured: undefined, configFile: undefined, cwd: '/home/op' };
  it('is var/ in a checkout', () => assert.equal(resolveStateDir(base), join(PACKAGE_ROOT, 'var')));
  it('is a system directory when installed', () =>
    assert.equal(resolveStateDir({ ...base, packageRoot: '/nonexistent' }), SYSTEM_STATE_DIR));
  it('is relative to the configuration file that names it', () =>
    assert.equal(
      resolveStateDir({ ...base, configured: 'state', configFile: '/etc/sipward/sipward.yaml' }),
      '/etc/sipward/state',
    ));
  it('is what the option says before all', () =>
    assert.equal(resolveStateDir({ ...base, option: 'here', configured: '/there' }), '/home/op/here'));
});
