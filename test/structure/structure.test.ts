/** The rules about the tree that a machine can hold: every module has a test, every component is listed. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { WITHOUT_TEST } from './without-test.ts';

const modules = globSync('src/**/*.ts')
  .filter((file) => !/\.(test|testkit)\.ts$/.test(file))
  .sort();
const read = (file: string) => readFileSync(file, 'utf8');

/** A module with types alone has nothing to test. */
const hasCode = (file: string) => /^(export )?(async )?(function|class|const|let)\b/m.test(read(file));

/** `src/cli` of `src/cli/commands/block.ts`. */
const areaOf = (file: string) => file.split('/').slice(0, 2).join('/');

/** What a file imports by relative paths, workers included (their ending is that of the importing file). */
function importsOf(file: string): string[] {
  const code = read(file).replaceAll(/\$\{extname\(import\.meta\.url\)\}/g, '.ts');
  return [...code.matchAll(/(?:from |import\(|new URL\()['`](\.[^'`]+)['`]/g)]
    .map(([, name]) => join(dirname(file), name ?? ''))
    .filter((name) => existsSync(name));
}

/** The modules of an area that its tests, and those under `test/`, exercise: what they import, and what this imports. */
function testedIn(area: string): ReadonlySet<string> {
  const inArea = (file: string) => areaOf(file) === area;
  const own = globSync(`${area}/**/*.test.ts`).flatMap((test) => [
    test.replace(/(\.e2e)?\.test\.ts$/, '.ts'),
    ...importsOf(test),
  ]);
  const queue = [...own, ...globSync('test/**/*.ts').flatMap(importsOf)].filter(inArea);
  const reached = new Set<string>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file) || !existsSync(file)) continue;
    reached.add(file);
    queue.push(...importsOf(file).filter(inArea));
  }
  return reached;
}

describe('every module is exercised by a test of its area', () => {
  const tested = new Set([...new Set(modules.map(areaOf))].flatMap((area) => [...testedIn(area)]));
  const untested = modules.filter((file) => hasCode(file) && !tested.has(file));
  test('but for a list that may only shrink', () => {
    assert.deepEqual(
      untested.filter((file) => !(file in WITHOUT_TEST)),
      [],
      'new modules need a test beside them',
    );
  });
  test('and the list names nothing that has one', () => {
    assert.deepEqual(
      Object.keys(WITHOUT_TEST).filter((file) => !untested.includes(file)),
      [],
      'take these off the list',
    );
  });
});

describe('every component is listed in the index of its kind', () => {
  for (const kind of ['detectors', 'sources', 'enforcers', 'formats']) {
    test(kind, () => {
      const index = read(`src/${kind}/index.ts`);
      const folders = globSync(`src/${kind}/*/`).map((folder) => basename(folder));
      assert.ok(folders.length > 0);
      for (const folder of folders) {
        assert.match(index, new RegExp(`'\\./${folder}/`), `${kind}/${folder}`);
        assert.ok(globSync(`src/${kind}/${folder}/*.test.ts`).length > 0, `${kind}/${folder} has no test beside it`);
      }
    });
  }
});

describe('the pure parts stay pure', () => {
  for (const file of modules.filter((name) => /^src\/(pipeline|detectors|policy|silence)\//.test(name))) {
    test(file, () => {
      const code = read(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      assert.doesNotMatch(code, /from 'node:|Date\.now|new Date\(\)|performance\.|setTimeout|setInterval|Math\.random/);
    });
  }
});

test('importing a module does nothing: no argv, timers or exit at the top level', () => {
  for (const file of modules.filter((name) => !name.endsWith('/main.ts') && !name.includes('worker'))) {
    assert.doesNotMatch(read(file), /^(setTimeout|setInterval|process\.(exit|on)|await )/m, file);
  }
});

test('no file names a path of the machine it was written on', () => {
  const files = globSync(
    ['src/**/*', 'test/**/*', 'docs/**/*', 'bench/**/*', '*.md', 'bin/*', 'opensips/**/*', 'fail2ban/**/*'],
    { withFileTypes: true },
  )
    .filter((entry) => entry.isFile() && !entry.name.endsWith('structure.test.ts'))
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  for (const file of files)
    assert.doesNotMatch(
      read(file),
      /\/work\/(main|h|shared)|\/opt\/(opensips-|src|trial|asterisk-root)|bash_jobs/,
      file,
    );
});
