/**
 * Every kind of record in the estate: one schema each, which is what the API takes and gives, what a file holds, what a form
 * shows and what the database is checked against. A record is found by its `id` (unique within its kind and trust), which is
 * never changed.
 */
import { type Static, type TObject, Type } from 'typebox';
import {
  Address,
  Clock,
  Day,
  Email,
  LongText,
  Moment,
  Money,
  Network,
  OneOf,
  Phone,
  Postcode,
  Rate,
  Ref,
  Slug,
  Tags,
  Text,
  Url,
  closed,
  optional,
} from './fields.ts';
import { SlaTerms } from './terms.ts';

/** As the national register of schools names them. */
export const phases = [
  'Nursery',
  'Primary',
  'Middle deemed primary',
  'Secondary',
  'Middle deemed secondary',
  'All-through',
  '16 plus',
  'Not applicable',
] as const;

export const serviceKinds = [
  'leased-line',
  'sd-wan',
  'broadband',
  'mobile',
  'vpn',
  'voice',
  'cloud',
  'disaster-recovery',
  'filtering',
] as const;

/** FTTC, ADSL and cable are not full fibre. */
export const accessTechnologies = [
  'fibre-ethernet',
  'fttp',
  'fttc',
  'sogea',
  'adsl',
  'cable',
  'copper-ethernet',
  '4g',
  '5g',
  'satellite',
  'radio',
  'overlay',
] as const;

/** Of the DfE's digital and technology standards; the first six are the core ones. */
export const standards = [
  'broadband',
  'switching',
  'wireless',
  'filtering-monitoring',
  'cyber',
  'leadership-governance',
  'cabling',
  'cloud',
  'servers-storage',
  'accessibility',
  'laptops-tablets',
  'it-support',
] as const;

const money = { sensitive: 'prices' } as const;
const personal = { sensitive: 'contacts' } as const;
const Id = Slug({ title: 'Id', description: 'Chosen once; it is not changed later.' });
const Pupils = Type.Integer({ minimum: 0, maximum: 100_000, title: 'Pupils' });
const Degrees = (title: string, most: number) => Type.Number({ minimum: -most, maximum: most, title, unit: '°' });
const Days = (title: string) =>
  Type.Array(
    Type.Object({ from: Day('From'), to: Day('To', { description: 'Inclusive.' }), name: Text('Name') }, closed),
    {
      maxItems: 100,
      title,
    },
  );

const Cluster = Type.Object({ id: Id, name: Text('Name'), ...optional({ notes: LongText('Notes') }) }, closed);

const Calendar = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      timeZone: Text('Time zone', { description: 'IANA name; Europe/London without it.' }),
      schoolDay: Type.Object({ from: Clock('From'), to: Clock('To') }, { ...closed, title: 'School day' }),
      weekdays: Type.Array(OneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'Day'), {
        maxItems: 7,
        uniqueItems: true,
        title: 'School days of the week',
      }),
      terms: Days('Terms'),
      inset: Days('INSET days'),
      holidays: Days('Bank holidays and closures'),
    }),
  },
  closed,
);

const Profile = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      downMinimum: Rate('Download at least'),
      upMinimum: Rate('Upload at least'),
      fullFibre: Type.Boolean({ title: 'Full fibre' }),
      backup: OneOf(['none', 'any', 'other-provider', 'other-technology', 'both'], 'Backup line'),
      peakPercent: Type.Number({ minimum: 1, maximum: 100, title: 'Plan more capacity above', unit: '% at peak' }),
      standards: Type.Array(OneOf(standards, 'Standard'), {
        maxItems: standards.length,
        uniqueItems: true,
        title: 'Standards',
      }),
      notes: LongText('Notes'),
    }),
  },
  closed,
);

const Provider = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      account: Text('Account number', money),
      faultLine: Phone('Fault line'),
      faultEmail: Email('Fault e-mail'),
      portal: Url('Portal'),
      accountManager: Text('Account manager', personal),
      accountEmail: Email('Account e-mail', personal),
      iwfMember: Type.Boolean({ title: 'Member of the Internet Watch Foundation' }),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Price = Type.Object(
  {
    from: Day('From'),
    monthly: Money('Monthly charge', { description: 'Without VAT.' }),
    ...optional({ note: Text('Note') }),
  },
  closed,
);

const Contract = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    provider: Ref('provider', 'Supplier'),
    ...optional({
      type: OneOf(['service', 'maintenance', 'lease', 'framework', 'licence', 'support'], 'Type'),
      reference: Text('Reference'),
      start: Day('Start'),
      end: Day('End', { description: 'Last day of the minimum term.' }),
      noticeMonths: Type.Integer({ minimum: 0, maximum: 60, title: 'Notice', unit: 'months' }),
      rolling: OneOf(['ends', 'monthly', 'quarterly', 'yearly', 'same-term'], 'At its end', {
        description: 'What happens without notice: it ends, or goes on by so much at a time.',
      }),
      noticeGiven: Day('Notice given'),
      prices: Type.Array(Price, { maxItems: 100, title: 'Prices', ...money }),
      uplift: Type.Object(
        {
          rule: OneOf(['none', 'fixed', 'cpi', 'rpi', 'cpi-plus', 'rpi-plus'], 'Rule'),
          ...optional({
            percent: Type.Number({ minimum: 0, maximum: 100, title: 'Percent', unit: '%' }),
            month: Type.Integer({ minimum: 1, maximum: 12, title: 'Month of the year' }),
            firstYear: Type.Integer({ minimum: 2000, maximum: 2100, title: 'First in' }),
          }),
        },
        { ...closed, title: 'Uplift', ...money },
      ),
      vatPercent: Type.Number({ minimum: 0, maximum: 100, title: 'VAT', unit: '%', ...money }),
      sla: SlaTerms,
      claimEmail: Email('Claims to'),
      claimAddress: LongText('Claim address'),
      owner: Text('Owner in the trust', personal),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Academy = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      cluster: Ref('cluster', 'Region or cluster'),
      phase: OneOf(phases, 'Phase'),
      pupils: Pupils,
      capacity: Type.Integer({ minimum: 0, maximum: 100_000, title: 'Capacity' }),
      urn: Type.Integer({
        minimum: 100_000,
        maximum: 999_999,
        title: 'URN',
        expects: 'the six-digit number of the school register',
        description: 'The one before is kept when it changes.',
      }),
      ukprn: Type.Integer({ minimum: 10_000_000, maximum: 99_999_999, title: 'UKPRN', expects: 'eight digits' }),
      street: Text('Street'),
      locality: Text('Locality'),
      town: Text('Town'),
      county: Text('County'),
      postcode: Postcode('Postcode'),
      latitude: Degrees('Latitude', 90),
      longitude: Degrees('Longitude', 180),
      joined: Day('Joined the trust'),
      left: Day('Left the trust'),
      calendar: Ref('calendar', 'Calendar'),
      profile: Ref('profile', 'Standards profile'),
      exceptions: Type.Array(
        Type.Object(
          {
            standard: OneOf(standards, 'Standard'),
            reason: Text('Reason'),
            ...optional({ until: Day('Until'), agreedBy: Text('Agreed by') }),
          },
          closed,
        ),
        { maxItems: standards.length, title: 'Exceptions to the profile' },
      ),
      networks: Type.Array(Network('Network'), { maxItems: 100, title: 'Networks inside the academy' }),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Site = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    academy: Ref('academy', 'Academy'),
    ...optional({
      street: Text('Street'),
      town: Text('Town'),
      postcode: Postcode('Postcode'),
      latitude: Degrees('Latitude', 90),
      longitude: Degrees('Longitude', 180),
      accessHours: Text('Access hours', { description: 'When an engineer can come, e.g. Mon–Fri 07:30–17:30.' }),
      accessNotes: LongText('Access notes'),
      notes: LongText('Notes'),
    }),
  },
  closed,
);

const Contact = Type.Object(
  {
    id: Id,
    name: Text('Name', personal),
    ...optional({
      academy: Ref('academy', 'Academy'),
      site: Ref('site', 'Site'),
      provider: Ref('provider', 'Supplier'),
      duty: OneOf(['site', 'it-lead', 'head', 'safeguarding-lead', 'governor', 'estates', 'supplier', 'other'], 'Duty'),
      phone: Phone('Phone', personal),
      email: Email('E-mail', personal),
      hours: Text('Hours'),
    }),
  },
  closed,
);

const Credential = Type.Object(
  {
    id: Id,
    ...optional({
      community: Text('Community', { sensitive: 'secrets', description: 'SNMPv2c.' }),
      user: Text('User', { maxLength: 32, description: 'SNMPv3.' }),
      auth: Type.Object(
        {
          protocol: OneOf(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'], 'Protocol'),
          password: Text('Password', { minLength: 8, sensitive: 'secrets' }),
        },
        { ...closed, title: 'Authentication' },
      ),
      priv: Type.Object(
        {
          protocol: OneOf(['des', 'aes128', 'aes256'], 'Protocol'),
          password: Text('Password', { minLength: 8, sensitive: 'secrets' }),
        },
        { ...closed, title: 'Encryption' },
      ),
    }),
  },
  closed,
);

const Exporter = Type.Object(
  {
    id: Id,
    address: Address('Address', { description: 'That the telemetry comes from.' }),
    collector: Slug({ title: 'Collector', default: 'main', description: 'Label of the collector that it sends to.' }),
    ...optional({
      name: Text('Name'),
      vendor: Text('Vendor'),
      academy: Ref('academy', 'Academy'),
      credential: Ref('credential', 'SNMP credential', { description: 'With one it is polled.' }),
      snmpPort: Type.Integer({ minimum: 1, maximum: 65_535, title: 'SNMP port', description: '161 without it.' }),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Equipment = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    academy: Ref('academy', 'Academy'),
    ...optional({
      site: Ref('site', 'Site'),
      exporter: Ref('exporter', 'Exporter'),
      contract: Ref('contract', 'Contract'),
      type: OneOf(['router', 'firewall', 'switch', 'access-point', 'ups', 'server', 'phone-system', 'other'], 'Type'),
      make: Text('Make'),
      model: Text('Model'),
      serial: Text('Serial number'),
      assetTag: Text('Asset tag'),
      firmware: Text('Firmware'),
      installed: Day('Installed'),
      supportEnd: Day('End of support'),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Circuit = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    academy: Ref('academy', 'Academy'),
    provider: Ref('provider', 'Supplier'),
    role: OneOf(['primary', 'backup'], 'Role', { default: 'primary' }),
    ...optional({
      kind: OneOf(serviceKinds, 'Service'),
      access: OneOf(accessTechnologies, 'Access technology'),
      site: Ref('site', 'Site'),
      contract: Ref('contract', 'Contract'),
      reference: Text("Supplier's circuit reference"),
      account: Text('Account', money),
      faultLine: Phone('Fault line'),
      committed: Type.Object(optional({ down: Rate('Down'), up: Rate('Up') }), { ...closed, title: 'Committed rate' }),
      bearer: Type.Object(optional({ down: Rate('Down'), up: Rate('Up') }), { ...closed, title: 'Bearer' }),
      ordered: Day('Ordered'),
      promised: Day('Promised'),
      delivered: Day('Delivered'),
      installCharge: Money('Install charge', money),
      excessCharge: Money('Excess construction charge', money),
      monthly: Money('Monthly charge', { description: 'Without VAT, where the contract does not say.', ...money }),
      exporter: Address('Exporter', { description: 'Address that the telemetry comes from.' }),
      collector: Slug({
        title: 'Collector',
        description: 'Label of the collector that the exporter sends to; main without it.',
      }),
      interface: Type.Object(
        optional({
          index: Type.Integer({ minimum: 1, maximum: 4_294_967_295, title: 'ifIndex' }),
          name: Text('ifName'),
          alias: Text('ifAlias', { description: 'The description configured on the device.' }),
        }),
        { ...closed, title: 'Interface', description: 'Exactly one of the three.' },
      ),
      tunnel: Text('Tunnel', { description: 'Name of the tunnel or overlay that it is part of.' }),
      probe: Text('Probe targets', {
        maxLength: 1000,
        expects: 'up to 1000 characters',
        description:
          'What answers while the circuit is up, with blanks between several: a host, tcp://host:port, https://…, ' +
          'dns://server/name, stamp://host; with #collector behind it, from that collector.',
      }),
      parent: Ref('circuit', 'Depends on', {
        description: "While that circuit is down, this one's outage is part of it.",
      }),
      pop: Text("Provider's exchange or PoP", { description: 'Where many circuits can fail at once.' }),
      download: OneOf(['in', 'out'], 'Download side', {
        description: 'The side of the interface on which traffic towards the academy is counted; in without it.',
      }),
      from: Moment('Valid from', { description: 'Always was without it.' }),
      to: Moment('Valid to', { description: 'First moment after it; goes on without it.' }),
      notes: LongText('Notes'),
      tags: Tags,
    }),
  },
  closed,
);

const Template = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      phase: OneOf(phases, 'Phase'),
      profile: Ref('profile', 'Standards profile'),
      calendar: Ref('calendar', 'Calendar'),
      circuits: Type.Array(
        Type.Object(
          {
            role: OneOf(['primary', 'backup'], 'Role'),
            provider: Ref('provider', 'Supplier'),
            ...optional({
              kind: OneOf(serviceKinds, 'Service'),
              access: OneOf(accessTechnologies, 'Access technology'),
              contract: Ref('contract', 'Contract'),
              committed: Type.Object(optional({ down: Rate('Down'), up: Rate('Up') }), {
                ...closed,
                title: 'Committed rate',
              }),
            }),
          },
          closed,
        ),
        { maxItems: 10, title: 'Circuits' },
      ),
      notes: LongText('Notes'),
    }),
  },
  closed,
);

const MappingRule = Type.Object(
  {
    id: Id,
    name: Text('Name'),
    ...optional({
      position: Type.Integer({
        minimum: 0,
        maximum: 10_000,
        title: 'Order',
        description: 'The first that fits is taken.',
      }),
      collector: Slug({ title: 'Collector', description: 'Label; any without it.' }),
      exporters: Network('Exporters in', { description: 'Range of addresses.' }),
      ifIndex: Type.Integer({ minimum: 1, maximum: 4_294_967_295, title: 'ifIndex' }),
      sysName: Text('sysName fits', {
        description: 'Regular expression (RE2 syntax: no look-around or back-references).',
      }),
      ifName: Text('ifName fits'),
      ifAlias: Text('ifAlias fits', {
        description: 'A named group "academy" or "circuit" gives the id, e.g. ^WAN (?P<academy>[a-z0-9-]+)$.',
      }),
      academy: Ref('academy', 'Academy', { description: 'Where the expression does not name it.' }),
      provider: Ref('provider', 'Supplier'),
      contract: Ref('contract', 'Contract'),
      role: OneOf(['primary', 'backup'], 'Role'),
      kind: OneOf(serviceKinds, 'Service'),
      automatic: Type.Boolean({ title: 'Map at once', description: 'Without it, what fits is suggested only.' }),
      ignore: Type.Boolean({ title: 'Not ours', description: 'What fits is not shown in the inbox, and not mapped.' }),
    }),
  },
  closed,
);

export interface KindInfo {
  readonly schema: TObject;
  /** For people: "a circuit", "circuits". */
  readonly one: string;
  readonly many: string;
  /** Key of the list in a file of the whole estate. */
  readonly list: string;
  /** Which field says to which academy a record belongs; undefined = to the trust. */
  readonly academyField?: string;
}

/** In an order in which references go backwards only. */
export const kinds = {
  cluster: { schema: Cluster, one: 'cluster', many: 'clusters', list: 'clusters' },
  calendar: { schema: Calendar, one: 'calendar', many: 'calendars', list: 'calendars' },
  profile: { schema: Profile, one: 'standards profile', many: 'standards profiles', list: 'profiles' },
  provider: { schema: Provider, one: 'supplier', many: 'suppliers', list: 'providers' },
  contract: { schema: Contract, one: 'contract', many: 'contracts', list: 'contracts' },
  academy: { schema: Academy, one: 'academy', many: 'academies', list: 'academies', academyField: 'id' },
  site: { schema: Site, one: 'site', many: 'sites', list: 'sites', academyField: 'academy' },
  contact: { schema: Contact, one: 'contact', many: 'contacts', list: 'contacts', academyField: 'academy' },
  credential: { schema: Credential, one: 'SNMP credential', many: 'SNMP credentials', list: 'credentials' },
  exporter: { schema: Exporter, one: 'exporter', many: 'exporters', list: 'exporters', academyField: 'academy' },
  equipment: {
    schema: Equipment,
    one: 'piece of equipment',
    many: 'equipment',
    list: 'equipment',
    academyField: 'academy',
  },
  circuit: { schema: Circuit, one: 'circuit', many: 'circuits', list: 'circuits', academyField: 'academy' },
  template: { schema: Template, one: 'template', many: 'templates', list: 'templates' },
  rule: { schema: MappingRule, one: 'mapping rule', many: 'mapping rules', list: 'rules' },
} as const satisfies Record<string, KindInfo>;

export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly Kind[];
export type Values<K extends Kind = Kind> = Static<(typeof kinds)[K]['schema']>;
