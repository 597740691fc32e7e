/** What a sender can make the decoder keep or do is bounded, however few its octets. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeSflow } from './encode-sflow.ts';
import { Samplers } from './samplers.ts';
import { harness, ip, message, nowMs, template } from './testing.ts';

/** A layout of its own for each `n`. */
const layout = (n: number, fields = 1) =>
  template(256 + (n % 64), [...Array.from({ length: fields }, () => [1, 4] as const), [4000 + n, 1]]);

const withData = (n: number, fields = 1) => {
  const one = layout(n, fields);
  return message(9, [{ template: one }, { data: one, rows: [one.fields.map(() => n + 1)] }]);
};

describe('bounds on what a sender costs', () => {
  test('templates outlive their compiled layouts, which are bounded over all exporters', () => {
    const h = harness({ limits: { programs: 10 } });
    for (let n = 0; n < 200; n++) h.feed(withData(n), { from: `10.0.0.${n >> 3}` });
    const compiled = [...h.decoder.exporters].flatMap((exporter) =>
      [...exporter.domains.values()].flatMap(({ templates }) =>
        [...templates.values()].map((t) => t.compiled?.program),
      ),
    );
    expect(compiled).toHaveLength(200);
    expect(compiled.filter((program) => program !== undefined)).toHaveLength(10);
    // Those whose layout was forgotten are decoded all the same.
    const one = layout(3);
    expect(h.feed(message(9, [{ data: one, rows: [[77, 1]] }]), { from: '10.0.0.0' })).toMatchObject([{ octets: 77 }]);
    expect(h.losses()).toEqual({});
  });

  test('a layout in use is not pushed out by many that are used once', () => {
    const h = harness({ limits: { programs: 4 } });
    const busy = template(300, [[2, 4]]);
    h.feed(message(9, [{ template: busy }, { data: busy, rows: [[1]] }]));
    const kept = [...h.decoder.exporters][0]!.domains.values().next().value!.templates.get(300)!.compiled;
    for (let n = 0; n < 50; n++) {
      h.feed(message(9, [{ data: busy, rows: [[1]] }]));
      h.feed(withData(n), { from: '10.0.0.9' });
    }
    expect(kept?.program).toBeDefined();
  });

  test('layouts of many fields count for more, to keep and to compile', () => {
    const kept = harness({ limits: { programs: 34 } });
    for (let n = 0; n < 6; n++) kept.feed(withData(n, 500));
    const [exporter] = kept.decoder.exporters;
    const templates = [...exporter!.domains.values()].flatMap((domain) => [...domain.templates.values()]);
    expect(templates.filter((t) => t.compiled?.program !== undefined)).toHaveLength(2);

    const slow = harness({ limits: { compilesPerSecond: 34 } });
    for (let n = 0; n < 6; n++) slow.feed(withData(n, 500));
    expect(slow.counters.flows).toBe(2);
    expect(slow.counters.setsHeld).toBe(4);
    for (let n = 0; n < 6; n++) slow.feed(withData(n, 500), { at: nowMs + 1000 });
    expect(slow.counters.flows).toBeGreaterThan(2);
  });

  test('a layout that costs more than a whole second allows is compiled all the same', () => {
    const h = harness({ limits: { compilesPerSecond: 1, programs: 1 } });
    expect(h.feed(withData(1, 500))).toMatchObject([{ octets: 2 }]);
  });

  test('a few that flood the memory push out themselves, not those who send now and then', () => {
    const h = harness({ limits: { remembered: 2000 } });
    const quiet = Array.from({ length: 20 }, (_, n) => `10.0.1.${n}`);
    const one = template(256, [[2, 4]]);
    for (const from of quiet) h.feed(message(9, [{ template: one }]), { from });
    for (let n = 0; n < 40; n++)
      for (const from of ['10.0.0.1', '10.0.0.2', '10.0.0.3'])
        h.feed(message(9, Array.from({ length: 100 }, (_, i) => ({ template: template(300 + ((100 * n + i) % 1000), [[2, 4], [3, 1 + n]]) }))), { from }); // prettier-ignore
    expect(h.losses().exporter_evicted).toBeGreaterThan(3);
    for (const from of quiet)
      expect(h.feed(message(9, [{ data: one, rows: [[7]] }]), { from })).toMatchObject([{ packets: 7 }]);
  });

  test('names that are always new are passed on a limited number of times a minute, and are told again', () => {
    const h = harness({ limits: { namesPerExporter: 10 } });
    const one = template(
      256,
      [
        [10, 4],
        [82, 4],
        [41, 1],
      ],
      1,
    );
    h.feed(message(9, [{ template: one }]));
    const tell = (from: number, seconds: number): void => {
      const rows = Array.from({ length: 50 }, (_, i) => [from + i, 'ge-0', 1]);
      h.feed(message(9, [{ data: one, rows }]), { at: nowMs + seconds * 1000 });
    };
    tell(1, 0);
    expect(h.sink.samples).toHaveLength(10);
    expect(h.counters.namesLimited).toBe(90);
    tell(1000, 0);
    expect(h.sink.samples).toHaveLength(10);
    tell(6, 30);
    expect(h.sink.samples).toHaveLength(15);
    expect(h.sink.samples.at(-1)).toMatchObject({ interface: 8, text: 'ge-0' });
    expect(h.losses()).toEqual({});
  });

  test('agents that one address makes up are told a limited number of times a minute', () => {
    const h = harness({ limits: { namesPerExporter: 10 } });
    for (let n = 0; n < 1000; n++) {
      const agent = ip(`10.9.${n >> 8}.${n & 255}`);
      h.feed(encodeSflow({ agent, subAgent: 0, sequence: 1, uptimeMs: 1, samples: [] }));
    }
    expect(h.sink.samples).toHaveLength(10);
    expect(h.counters.namesLimited).toBe(990);
  });

  test('equal rates of many samplers are told without a walk over them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 3 })), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (stated, limit) => {
          const samplers = new Samplers(limit);
          for (const [id, rate] of stated) samplers.state(rate, id, -1);
          const rates = new Set(samplers.byId.values());
          expect(samplers.rateOfTemplate(256)).toBe(rates.size === 1 ? [...rates][0] : -1);
        },
      ),
    );
  });
});
