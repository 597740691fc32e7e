/** From an empty installation to an academy's traffic: the inbox, templates, mapping, rules, and what was stored before. */
import type {
  AcademyDetail,
  AuditEntry,
  ChangeResult,
  EstateRecord,
  Inbox,
  MapResult,
  ProposalList,
  RecordList,
  Traffic,
  TryRuleResult,
} from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';

/** Each is a device to us. */
const devices = { hill: '127.0.2.1', mill: '127.0.2.2', stray: '127.0.2.3', dale: '127.0.2.4' };
const octets = 3_000_000;

describe('on-boarding', () => {
  let system: System | undefined;
  const exporters: Partial<Record<keyof typeof devices, TestExporter>> = {};
  let sentMs = 0;

  const api = async <T>(method: string, route: string, body?: object): Promise<T> => {
    const response = await fetch(`${system!.url}/api/v1/${route}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const inbox = (query = ''): Promise<Inbox> => api('GET', `inbox${query}`);
  const send = (name: keyof typeof devices, agoMs: readonly [number, number] = [3000, 10]): Promise<void> =>
    exporters[name]!.flows([{ octets, inIf: 2, outIf: 1, agoMs }]);
  /** Octets that came down to an academy in the last hour, as stored. */
  const stored = async (academy: string, fromMs: number): Promise<number> => {
    const now = Date.now();
    const { inBps } = await api<Traffic>(
      'GET',
      `academies/${academy}/traffic?from=${fromMs}&to=${now + 60_000}&step=60`,
    );
    return inBps.reduce<number>((sum, bps) => sum + ((bps ?? 0) * 60) / 8, 0);
  };

  beforeAll(async () => {
    system = await System.start();
    for (const name of ['hill', 'mill', 'stray'] as const) {
      exporters[name] = await TestExporter.open(devices[name], system.ports.ipfix, 10);
      await exporters[name].template();
    }
    await exporters.hill!.name(2, 'WAN0', 'to Hill Valley');
    await exporters.mill!.name(2, 'Gi0/2', 'WAN mill-lane');
    sentMs = Date.now();
    for (const name of ['hill', 'mill', 'stray'] as const) await send(name);
  }, 120_000);
  afterAll(async () => {
    for (const each of Object.values(exporters)) each.close();
    await system?.destroy();
  }, 60_000);

  it('shows what an empty installation hears, busiest first, with since when', async () => {
    const found = await until('everything in the inbox', async () => {
      const now = await inbox();
      const hill = now.interfaces.find((each) => each.exporter === devices.hill && each.index === 2);
      return now.exporters.length === 3 && hill?.alias !== '' && hill?.firstSeenMs != null ? now : undefined;
    });
    expect(found.exporters.map(({ exporter }) => exporter).sort()).toEqual([devices.hill, devices.mill, devices.stray]);
    const hill = found.interfaces.find((each) => each.exporter === devices.hill && each.index === 2)!;
    expect(hill).toMatchObject({
      collector: 'main',
      name: 'WAN0',
      alias: 'to Hill Valley',
      awaiting: false,
      exporterId: null,
      inside: false,
      suggestions: [],
    });
    expect(hill.inBps).toBeGreaterThan(0);
    expect(hill.firstSeenMs).toBeGreaterThan(sentMs - 2 * 3_600_000);
    const rates = found.interfaces.map(({ inBps, outBps }) => inBps + outBps);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect((await inbox('?limit=1')).interfaces).toHaveLength(1);
    expect(found.circuits).toEqual([]);
  }, 60_000);

  it('begins with proposed templates, created once', async () => {
    const { proposals } = await api<ProposalList>('GET', 'estate/proposals');
    expect(proposals.map(({ id, exists }) => [id, exists])).toContainEqual(['primary-school', false]);
    const body = { proposals: ['primary-school', 'secondary-school'] };
    expect(await api<ChangeResult>('POST', 'estate/proposals', { ...body, dryRun: true })).toMatchObject({
      applied: true,
    });
    expect((await api<RecordList>('GET', 'estate/records/template')).records).toEqual([]);
    const made = await api<ChangeResult>('POST', 'estate/proposals', body);
    expect(made).toMatchObject({ applied: true, problems: [] });
    expect(made.records.map(({ kind }) => kind).sort()).toEqual(
      ['profile', 'profile', 'provider', 'provider', 'template', 'template'].sort(),
    );
    expect(await api<ChangeResult>('POST', 'estate/proposals', body)).toMatchObject({ applied: true, batch: null });
  }, 30_000);

  it('adds an academy by a template with the interface chosen, and shows what was stored before', async () => {
    const { circuits } = (await api<EstateRecord>('GET', 'estate/records/template/primary-school')).values as {
      circuits: { role: string }[];
    };
    const lines = circuits.map((line) =>
      line.role === 'primary' ? { ...line, exporter: devices.hill, interface: { name: 'WAN0' } } : line,
    );
    const body = {
      template: 'primary-school',
      academy: { name: 'Hill Valley Primary', networks: ['10.40.0.0/16'] },
      circuits: lines,
    };
    expect(await api<MapResult>('POST', 'estate/onboard', { ...body, dryRun: true })).toMatchObject({ applied: true });
    expect((await api<RecordList>('GET', 'estate/records/academy')).records).toEqual([]);
    const result = await api<MapResult>('POST', 'estate/onboard', body);
    expect(result).toMatchObject({ applied: true, problems: [] });
    const academy = result.records.find(({ kind }) => kind === 'academy')!;
    expect(academy).toMatchObject({
      id: 'hill-valley-primary',
      values: { phase: 'Primary', profile: 'primary-standard' },
    });
    expect(
      result.records
        .filter(({ kind }) => kind === 'circuit')
        .map(({ id, values }) => [id, (values as { name: string }).name]),
    ).toEqual([
      ['hill-valley-primary-primary', 'Hill Valley Primary primary line'],
      ['hill-valley-primary-backup', 'Hill Valley Primary backup line'],
    ]);
    // No flow came since: this is what was sent before anyone knew the academy.
    await until('the traffic from before', async () => {
      const octetsSeen = await stored('hill-valley-primary', sentMs - 600_000);
      return Math.abs(octetsSeen - octets) < octets / 100;
    });
    const { academy: now } = await api<AcademyDetail>('GET', 'academies/hill-valley-primary');
    expect(now.state).toBe('reporting');
    const after = await inbox();
    expect(after.exporters.map(({ exporter }) => exporter)).not.toContain(devices.hill);
    expect(after.interfaces.some(({ exporter }) => exporter === devices.hill)).toBe(false);
    expect((await inbox('?inside=true')).interfaces.filter(({ exporter }) => exporter === devices.hill)).toMatchObject([
      { index: 1, inside: true },
    ]);
    expect(after.circuits.map(({ id }) => id)).toEqual(['hill-valley-primary-backup']);
  }, 90_000);

  it('refuses what contradicts the estate or itself, and changes nothing', async () => {
    const again = await api<MapResult>('POST', 'inbox/map', {
      items: [
        { exporter: devices.hill, interface: 2, circuit: 'hill-valley-primary-backup' },
        { exporter: devices.stray, interface: 2, circuit: 'hill-valley-primary-primary' },
        { exporter: devices.stray, interface: 2, circuit: 'none' },
        { exporter: devices.mill, interface: 2, academy: 'hill-valley-primary' },
      ],
    });
    expect(again.applied).toBe(false);
    expect(again.problems.map(({ index, code }) => [index, code])).toEqual([
      [0, 'overlap'],
      [1, 'overlap'],
      [2, 'overlap'],
      [3, 'invalid'],
    ]);
    const onboard = await api<MapResult>('POST', 'estate/onboard', {
      academy: { name: 'Nowhere' },
      circuits: [{ provider: 'nobody', role: 'primary' }],
    });
    expect(onboard).toMatchObject({ applied: false, problems: [{ index: 0, kind: 'circuit', code: 'unknown' }] });
  }, 30_000);

  it('tries a rule on what is heard, and maps by it at once, but never what a person did otherwise', async () => {
    const academy = await api<ChangeResult>('POST', 'estate/changes', {
      changes: [
        { kind: 'academy', id: 'mill-lane', op: 'create', values: { id: 'mill-lane', name: 'Mill Lane School' } },
      ],
    });
    expect(academy.applied).toBe(true);
    const rule = { ifAlias: '^WAN (?P<academy>[a-z0-9-]+)$' };
    const bad = await api<TryRuleResult>('POST', 'inbox/rules/try', { rule: { ifAlias: '(?=x)' } });
    expect(bad).toMatchObject({ fits: 0, problems: [{ path: 'ifAlias' }] });
    const without = await api<TryRuleResult>('POST', 'inbox/rules/try', { rule });
    expect(without.matches).toMatchObject([
      { exporter: devices.mill, index: 2, outcome: 'problem', academy: 'mill-lane' },
    ]);
    const whole = { ...rule, provider: 'fixed-line-supplier', automatic: true };
    const tried = await api<TryRuleResult>('POST', 'inbox/rules/try', { rule: whole });
    expect(tried.matches).toMatchObject([{ outcome: 'new', academy: 'mill-lane', circuit: 'mill-lane-primary' }]);
    const values = { ...whole, id: 'by-alias', name: 'WAN by description' };
    const saved = await api<ChangeResult>('POST', 'estate/changes', {
      changes: [{ kind: 'rule', id: 'by-alias', op: 'create', values }],
    });
    expect(saved).toMatchObject({ applied: true, problems: [] });
    const [entry] = await until('the rule mapped it', async () => {
      const { entries } = await api<{ entries: AuditEntry[] }>('GET', 'audit?what=circuit&record=mill-lane-primary');
      return entries.length > 0 && entries;
    });
    expect(entry).toMatchObject({ actor: 'rule by-alias', via: 'command', op: 'create' });
    await until('its traffic from before', async () => (await stored('mill-lane', sentMs - 600_000)) > octets / 2);

    const undone = await api<ChangeResult>('POST', `estate/batches/${entry!.batch}/undo`, {});
    expect(undone).toMatchObject({ applied: true, problems: [] });
    // Two rounds of the rules later it is in the inbox still, with the rule's suggestion.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const { interfaces } = await inbox();
    expect(interfaces.find(({ exporter, index }) => exporter === devices.mill && index === 2)).toMatchObject({
      suggestions: [{ reason: 'rule', rule: 'by-alias', academy: 'mill-lane', problem: '' }],
    });
  }, 90_000);

  it('hides what is not ours until that is taken back', async () => {
    const before = await inbox();
    expect(before.exporters.map(({ exporter }) => exporter)).toContain(devices.stray);
    const ignored = await api<ChangeResult>('POST', 'inbox/ignore', { items: [{ exporter: devices.stray }] });
    expect(ignored).toMatchObject({ applied: true, problems: [] });
    const hidden = await inbox();
    expect([...hidden.exporters, ...hidden.interfaces].some(({ exporter }) => exporter === devices.stray)).toBe(false);
    expect(hidden.ignored).toMatchObject([{ exporters: `${devices.stray}/32`, heard: 2 }]);
    await api<ChangeResult>('POST', `estate/batches/${ignored.batch}/undo`, {});
    await until('it is shown again', async () =>
      (await inbox()).exporters.some(({ exporter }) => exporter === devices.stray),
    );
  }, 30_000);

  it('maps several interfaces of a new academy and a new supplier in one step, and takes them back in one', async () => {
    const newAcademy = { id: 'stray-academy', name: 'Stray Academy' };
    const result = await api<MapResult>('POST', 'inbox/map', {
      providers: [{ id: 'example-fibre', name: 'Example Fibre' }],
      items: [
        { exporter: devices.stray, interface: 2, newAcademy, newCircuit: { provider: 'example-fibre' } },
        {
          exporter: devices.stray,
          interface: 1,
          newAcademy,
          newCircuit: { provider: 'example-fibre', role: 'backup' },
        },
      ],
    });
    expect(result).toMatchObject({ applied: true, problems: [] });
    expect(result.records.map(({ kind }) => kind).sort()).toEqual([
      'academy',
      'circuit',
      'circuit',
      'exporter',
      'provider',
    ]);
    await until('its traffic', async () => (await stored('stray-academy', sentMs - 600_000)) > octets / 2);
    const undone = await api<ChangeResult>('POST', `estate/batches/${result.batch}/undo`, {});
    expect(undone.applied).toBe(true);
    await until('the device is unknown again', async () =>
      (await inbox()).exporters.some(({ exporter }) => exporter === devices.stray),
    );
  }, 60_000);
});

describe('on-boarding where exporters await approval', () => {
  let system: System | undefined;
  let exporter: TestExporter | undefined;
  beforeAll(async () => {
    system = await System.start({ config: { exporters: { admission: 'approve' } } });
    exporter = await TestExporter.open(devices.dale, system.ports.ipfix, 10);
    await exporter.template();
    await exporter.flows([{ octets, inIf: 2, outIf: 1 }]);
  }, 120_000);
  afterAll(async () => {
    exporter?.close();
    await system?.destroy();
  }, 60_000);

  it('approves the exporter in the step that adds the academy', async () => {
    await until('it awaits approval', async () => {
      const { exporters } = await system!.json<Inbox>('/api/v1/inbox');
      return exporters.some((each) => each.exporter === devices.dale && each.awaiting);
    });
    const response = await fetch(`${system!.url}/api/v1/estate/onboard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        academy: { name: 'Dale Academy' },
        providers: [{ id: 'example-fibre', name: 'Example Fibre' }],
        circuits: [
          {
            provider: 'example-fibre',
            role: 'primary',
            exporter: devices.dale,
            interface: { index: 2 },
            approve: true,
          },
        ],
      }),
    });
    expect(await response.json()).toMatchObject({
      applied: true,
      approvals: [{ collector: 'main', exporter: devices.dale, approved: true, message: '' }],
    });
    await until('its traffic', async () => {
      await exporter!.template();
      await exporter!.flows([{ octets, inIf: 2, outIf: 1, agoMs: [3000, 10] }]);
      const { academy } = await system!.json<AcademyDetail>('/api/v1/academies/dale-academy');
      return academy.inBps > 0;
    });
  }, 60_000);
});
