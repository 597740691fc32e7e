import { expect, test } from 'vitest';
import { collectorConfig } from './ours.ts';
import { nfacctdConfig, nfacctdFlows } from './peers.ts';
import { numberAfter, sumMetric } from './programs.ts';

test('metrics are added over the labels that match', () => {
  const text = [
    '# HELP records_total x',
    'records_total{router="127.0.0.1",type="DataFlowSet"} 12000',
    'records_total{router="127.0.0.2",type="DataFlowSet"} 1.2e+04',
    'records_total{router="127.0.0.2",type="TemplateFlowSet"} 3',
    'records_total_more{type="DataFlowSet"} 7',
  ].join('\n');
  expect(sumMetric(text, 'records_total', 'type="DataFlowSet"')).toBe(24_000);
});

test('the last number after a label is taken', () => {
  expect(numberAfter('Flows: 1, Packets: 2\nFlows: 240000, Packets: 3', 'Flows: ')).toBe(240_000);
  expect(numberAfter('nothing', 'Flows: ')).toBe(0);
});

test('the collector under test listens on loopback, on one port', () => {
  const config = collectorConfig('/tmp/x', 29_055);
  expect(config).toContain('address: 127.0.0.1');
  expect(config).toContain('netflow: 29055, ipfix: 0, sflow: 0, traps: 0, trapsFallback: 0');
});

test('nfacctd listens on loopback, and its file says how many records an entry is of', async () => {
  expect(nfacctdConfig('/tmp/x.csv', 29_055)).toContain('nfacctd_ip: 127.0.0.1\nnfacctd_port: 29055\n');
  const head = 'SRC_IP,DST_IP,PACKETS,FLOWS,BYTES';
  expect(await nfacctdFlows([head, '10.0.0.1,10.0.0.2,5,1,100', head, '10.0.0.1,10.0.0.3,5,2,100', ''])).toBe(3);
  expect(await nfacctdFlows([])).toBe(0);
});
