/**
 * Real exporters' datagrams, with what other decoders agree they hold. The captures are third-party data and no part of
 * this project: LINEWATCH_CAPTURES names the folder they are in, with `units.tsv` as the oracle.
 */
import { describe, expect, test } from 'vitest';
import { type CaptureSummary, decodeCapture } from './decode-capture.ts';
import { type Unit, available, captureOf, readUnits } from './oracle-units.ts';

function summaryOf(unit: Unit): CaptureSummary {
  const reading = decodeCapture(captureOf(unit));
  for (;;) {
    const next = reading.next();
    if (next.done === true) return next.value;
  }
}

/**
 * Where we read more than the oracle, which drops data that comes before its template: RFC 3954 section 9 has a collector
 * keep it until the template comes. [data records, octets, packets]
 */
const held: Readonly<Record<string, readonly [number, number, number]>> = {
  'beats-ipfix-cisco-reversed': [29, 0, 0],
  'beats-netflow9-e10s-4-7byte-pad': [8, 17_982, 60],
  'bitkeks-v9-mixed-order': [8, 164_207, 208],
  'graylog-fgt300d-netflow9': [146, 2_531_321, 18_165],
  'graylog-nprobe-netflow9-4': [15, 33_915, 74],
  'nf-netscaler-late-tpl-ipfix': [3, 3106, 5],
};

/** Datagrams that hold nothing else. */
const rejected: Readonly<Record<string, number>> = { 'vermont-templates': 2 };

/** Faults that are in units called normal. */
const faults: Readonly<Record<string, CaptureSummary['losses']>> = {
  // An options template with more scope fields than fields: RFC 7011 section 3.4.2.2 does not allow it.
  'ipfixcol-enterprise-from-nfv9': { template_malformed: 1 },
  // Two octets after the message's Length (RFC 7011 section 3.1), and its last set runs into them. What is read of that
  // set lies within the Length.
  'telegraf-issue-14370': { octets_trailing: 1, set_overrun: 1 },
  // Set id 4 is reserved (RFC 7011 section 3.3.2); a draft had data templates there.
  'vermont-templates': { set_id_reserved: 2 },
};

describe.skipIf(!available)('real captures (LINEWATCH_CAPTURES is not set when this is skipped)', () => {
  const units = available ? readUnits(/nf5|nf9|ipfix/) : [];

  test.each(units.filter((unit) => unit.cls === 'normal').map((unit) => [unit.unit, unit] as const))(
    '%s holds what other decoders read from it',
    (name, unit) => {
      const truth = JSON.parse(unit.truth) as Record<string, number>;
      const [records, octets, packets] = held[name] ?? [
        truth['data_records'],
        truth['octets_ie1'],
        truth['packets_ie2'],
      ];
      const summary = summaryOf(unit);
      expect(summary).toMatchObject({
        datagrams: Number(unit.datagrams),
        rejected: rejected[name] ?? 0,
        templates: truth['templates'],
        optionTemplates: truth['option_templates'],
        dataRecords: records,
        optionRecords: truth['option_records'],
        octets,
        packets,
      });
      expect(summary.losses).toEqual(faults[name] ?? {});
      expect(summary.decoded + summary.held + summary.rejected).toBe(summary.datagrams);
    },
  );

  // How many samples each option record of the unit makes: what was said again, unchanged, makes none.
  test.each([
    ['netgauze-502', { 'vrf.name': 6, 'interface.name': 5, 'interface.alias': 5 }],
    ['telegraf-ipfix-options', { 'application.name': 126, 'application.description': 126 }],
    [
      'nf-fortigate521-v9',
      {
        'exporter.exported.octets': 1,
        'exporter.exported.messages': 1,
        'exporter.exported.flows': 1,
        'exporter.active_timeout': 1,
      },
    ],
    [
      'telegraf-ipfix-example',
      {
        'exporter.exported.flows': 1,
        'exporter.observed.packets': 1,
        'exporter.dropped.packets': 1,
        'exporter.ignored.packets': 1,
        'exporter.not_sent.packets': 1,
      },
    ],
  ])('what %s says in options data becomes samples', (name, samples) => {
    const counts: Record<string, number> = {};
    for (const record of decodeCapture(captureOf({ cls: 'normal', unit: name })))
      if (record.type === 'sample') counts[record.metric] = (counts[record.metric] ?? 0) + 1;
    expect(counts).toEqual(samples);
  });

  test.each(units.filter((unit) => unit.cls === 'hostile').map((unit) => [unit.unit, unit] as const))(
    '%s is read without an error, each datagram with one outcome',
    (_, unit) => {
      const summary = summaryOf(unit);
      expect(summary.decoded + summary.held + summary.rejected).toBe(Number(unit.datagrams));
      expect(summary.losses.decoder_fault ?? 0).toBe(0);
    },
  );
});
