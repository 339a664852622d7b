import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/support/linear-time.ts';
import { createLog, type LogLevel } from './log.ts';

function logged(format: 'text' | 'json', level: LogLevel, use: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  use(createLog({ level, format, write: (line) => void lines.push(line) }));
  return lines.join('');
}

describe('createLog: json', () => {
  it('writes one object a line: time, level, sentence, fields', () => {
    const line = logged('json', 'info', (log) => log.info({ target: '203.0.113.7' }, 'block ended'));
    const { time, ...rest } = JSON.parse(line);
    assert.match(time, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(rest, { level: 'info', target: '203.0.113.7', message: 'block ended' });
    assert.match(line, /\}\n$/);
  });

  it('leaves out what is less important than the level', () => {
    const use = (log: ReturnType<typeof createLog>) => {
      log.debug({}, 'd');
      log.info({}, 'i');
      log.warn({}, 'w');
      log.error({}, 'e');
    };
    assert.equal(logged('json', 'warn', use).split('\n').length - 1, 2);
    assert.equal(logged('json', 'debug', use).split('\n').length - 1, 4);
    assert.equal(logged('json', 'silent', use), '');
  });

  it('hides secrets, also in addresses of servers', () => {
    const line = logged('json', 'info', (log) => {
      const fields = {
        password: 'hunter2',
        smtp: { token: 'hunter2' },
        'api-key': 'hunter2',
        at: 'mysql://u:hunter2@db/x',
      };
      log.info(fields, 'connecting to smtp://u:hunter2@mail.example');
    });
    assert.ok(!line.includes('hunter2'), line);
    assert.match(line, /mysql:\/\/u:\[redacted\]@db/);
  });

  it('keeps an error with its stack', () => {
    const line = logged('json', 'info', (log) => log.error({ err: new Error('broken') }, 'a component failed'));
    assert.match(line, /broken/);
  });
});

describe('createLog: hostile text', () => {
  const HOSTILE = 'x\r\n{"level":"error","message":"forged"}\u001b[2J\u009b1m\u2028\u202e';

  for (const format of ['json', 'text'] as const) {
    it(`makes no line and no terminal command of it (${format})`, () => {
      const line = logged(format, 'info', (log) => log.info({ userAgent: HOSTILE }, 'scanner seen'));
      assert.equal(line.split('\n').length, 2, line);
      assert.ok(!line.includes('\r') && !line.includes('\u001b'), line);
    });
  }

  it('does not reach the terminal in text form', () => {
    const line = logged('text', 'info', (log) => log.info({ userAgent: HOSTILE }, `sentence ${HOSTILE}`));
    assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Cf}\p{Zl}]/u);
  });

  it('is hidden and formatted in linear time', () => {
    const write = (long: string) => void logged('text', 'info', (log) => log.info({ long }, 'x'));
    assertLinear('http://', (length) => 'http://'.repeat(length), write, 20_000);
  });
});

describe('createLog: text', () => {
  it('reads as a sentence and its fields', () => {
    const line = logged('text', 'info', (log) =>
      log.warn({ target: '203.0.113.7', n: 3, why: 'two words' }, 'blocked'),
    );
    assert.match(line, /^\d\d:\d\d:\d\d warn {2}blocked {2}target=203\.0\.113\.7 {2}n=3 {2}why="two words"\n$/);
  });
});
