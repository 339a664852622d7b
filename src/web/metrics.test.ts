import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricsRegistry } from './metrics.ts';
import { HEALTHY } from './web.testkit.ts';

describe('metricsRegistry', () => {
  it('describes every figure, in the units and with the endings Prometheus asks for', async () => {
    const metrics = (await metricsRegistry(() => HEALTHY).getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('sipward_'),
    );
    assert.ok(metrics.length > 15);
    for (const { name, help, type } of metrics) {
      assert.match(help, /^[0-9A-Z].*\.$/, name);
      assert.equal(String(type) === 'counter', name.endsWith('_total'), name);
    }
  });

  it('labels nothing with what an attacker chooses', async () => {
    const metrics = (await metricsRegistry(() => HEALTHY).getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('sipward_'),
    );
    const labels = new Set(metrics.flatMap(({ values }) => values.flatMap((value) => Object.keys(value.labels))));
    assert.deepEqual([...labels].toSorted(), ['detector', 'enforcer', 'source', 'type', 'version']);
  });

  it('can be made more than once: nothing is registered globally', async () => {
    const [one, two] = [metricsRegistry(() => HEALTHY), metricsRegistry(() => ({ ...HEALTHY, signals: 7 }))];
    assert.match(await one.metrics(), /^sipward_signals_total 1234$/m);
    assert.match(await two.metrics(), /^sipward_signals_total 7$/m);
  });

  it('escapes names from the configuration', async () => {
    const [source] = HEALTHY.sources;
    const registry = metricsRegistry(() => ({ ...HEALTHY, sources: [{ ...source!, name: 'a"b\nc' }] }));
    assert.ok((await registry.metrics()).includes('sipward_source_up{source="a\\"b\\nc",type="opensips-events"} 1'));
  });
});
