/** The commands and their options; each one's work is in a file of its own, loaded when it is asked for. */
import { fileFormatNames, kindNames } from '@linewatch/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AccountResetOptions } from './commands/account.ts';
import type { CollectorCommandOptions } from './commands/collector.ts';
import type { DlqOptions } from './commands/dlq.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { ExportCommandOptions } from './commands/export.ts';
import type { ImportCommandOptions } from './commands/import.ts';
import type { DecodeCommandOptions } from './commands/decode.ts';
import type { PseudonymCommandOptions } from './commands/pseudonym.ts';
import type { ReplayCommandOptions } from './commands/replay.ts';
import type { ReportCommandOptions } from './commands/report.ts';
import type { UndoOptions } from './commands/undo.ts';
import type { CommonOptions } from './context.ts';

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

const common = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration, YAML (default: linewatch.yaml where there is one)')
    .option('--data <directory>', 'directory of everything this installation keeps (default: data)');

const demoOptions = (command: Command, history: number): Command =>
  command
    .option('--academies <n>', 'academies to simulate', whole(1, 500), 12)
    .option('--history <days>', 'days of history to write first', whole(0, 400), history)
    .option('--flows-per-second <n>', 'flows a second, all exporters together', whole(1, 100_000), 200);

async function component(
  name: 'writer' | 'watcher' | 'notifier' | 'api',
  options: CommonOptions & { readonly worker?: number },
): Promise<void> {
  const { runComponent } = await import('./context.ts');
  const apps = {
    writer: async () => (await import('./components/writer.ts')).writerApp,
    watcher: async () => (await import('./components/watcher.ts')).watcherApp,
    notifier: async () => (await import('./components/notifier.ts')).notifierApp,
    api: async () => (await import('./components/api.ts')).apiApp,
  };
  await runComponent(name, options, await apps[name]());
}

function deadLetterCommands(linewatch: Command): void {
  const dlq = linewatch.command('dlq').description('messages that could not be validated: the dead letters');
  const json = (command: Command): Command => common(command).option('--json', 'print JSON, an object a line');
  json(dlq.command('list'))
    .description('list them, and whether their rows are stored by now')
    .option('--limit <n>', 'the newest so many', whole(1, 100_000), 1000)
    .action(async (options: DlqOptions & { limit: number }) => (await import('./commands/dlq.ts')).list(options));
  json(dlq.command('show'))
    .description('show one: what this version makes of it, and its first octets')
    .argument('<place>', 'topic:partition:offset')
    .action(async (place: string, options: DlqOptions) => (await import('./commands/dlq.ts')).show(place, options));
  json(dlq.command('replay'))
    .description('store what this version can read of them, each once however often; nothing is removed')
    .argument('[place]', 'topic:partition:offset')
    .option('--all', 'all of them')
    .action(async (place: string | undefined, options: DlqOptions & { all?: boolean }) =>
      (await import('./commands/dlq.ts')).replay(place, options),
    );
}

const many = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

function estateCommands(linewatch: Command): void {
  const ofTrust = (command: Command): Command =>
    common(command).option('--trust <label>', 'the trust (default: that of the configuration)');
  const kind = new Option('--kind <kind>', 'of a table: which kind of record').choices(kindNames);

  ofTrust(linewatch.command('import'))
    .description("load the estate from a file: YAML, CSV, the school register, or another program's devices")
    .argument('<file>', 'YAML, CSV or JSON')
    .addOption(new Option('--format <format>', 'what the file is (default: by its name)').choices(fileFormatNames))
    .addOption(kind)
    .option('--map <field=Header>', 'column of a field; again for each', many)
    .option('--with <file>', 'with devices: their ports, interfaces or sensors; with a register: its Links file')
    .option('--membership <file>', "with a register: the membership file, to tell the trust's schools by")
    .option('--group <trust>', 'of a register or membership file: the trust, by its code or name')
    .option('--urn <n>', 'of a register: take this school; again for each', (text, before: number[] | undefined) => [
      ...(before ?? []),
      whole(100_000, 999_999)(text),
    ])
    .option('--place <name=academy>', 'of devices: the academy that a place is; again for each', many)
    .option('--accept <circuit>', 'of devices: take the proposal for this circuit; again for each', many)
    .option('--prune', 'end what the file no longer has, of the kinds that it lists; its history stays')
    .option('--dry-run', 'find every problem and count what would change')
    .action(async (file: string, options: ImportCommandOptions) =>
      (await import('./commands/import.ts')).importFile(file, options),
    );

  ofTrust(linewatch.command('export'))
    .description('print the estate as a file that import takes; secrets are left out')
    .addOption(
      new Option('--format <format>', 'yaml: all of it; csv: one kind').choices(['yaml', 'csv']).default('yaml'),
    )
    .addOption(kind)
    .action(async (options: ExportCommandOptions) => (await import('./commands/export.ts')).exportFile(options));

  ofTrust(linewatch.command('report'))
    .description("write a month's service levels as HTML that prints well, and as CSV")
    .requiredOption('--month <YYYY-MM>', 'the month')
    .option('--academy <id>', 'only this academy')
    .option('--out <directory>', 'where to', '.')
    .option('--issue', 'issue it: what is issued is kept as it is, and corrected under a number of its own')
    .option('--reason <text>', 'with --issue, of a month that was issued before: why it is corrected')
    .action(async (options: ReportCommandOptions) => (await import('./commands/report.ts')).report(options));

  ofTrust(linewatch.command('undo'))
    .description('take back an import or another change; without a number, list the last ones')
    .argument('[batch]', 'its number', whole(1, 2_147_483_647))
    .option('--dry-run', 'only tell whether it can be undone')
    .action(async (batch: number | undefined, options: UndoOptions) =>
      (await import('./commands/undo.ts')).undo(batch, options),
    );
}

function accountCommands(linewatch: Command): void {
  common(linewatch.command('setup-link'))
    .description('print a new link to set up the first administrator; the one before no longer works')
    .action(async (options: CommonOptions) => (await import('./commands/account.ts')).setupLink(options));
  const account = linewatch.command('account').description('accounts of people');
  common(account.command('reset'))
    .description('print a link by which the owner of an account sets a new password')
    .argument('<email>', 'address of the account')
    .option('--totp', 'also turn the second factor off')
    .option('--admin', 'also make it an administrator, for when none is left')
    .action(async (email: string, options: AccountResetOptions) =>
      (await import('./commands/account.ts')).accountReset(email, options),
    );
}

export function program(): Command {
  const linewatch = new Command('linewatch')
    .description('Network telemetry and SLA monitoring for organisations of many sites.')
    .showHelpAfterError('(--help lists the options)');

  const upCommand = common(linewatch.command('up'))
    .description('run everything on this machine: engines, collector, writer, watcher, notifier, API and dashboard')
    .option('--demo', 'with simulated academies, in a data directory of its own (data-demo)');
  demoOptions(upCommand, 7).action(async (options: CommonOptions & DemoOptions & { demo?: boolean }) => {
    const { up } = await import('./commands/up.ts');
    const { demoArgs } = await import('./commands/demo.ts');
    await up({ ...options, demo: options.demo ? demoArgs(options) : undefined });
  });

  common(linewatch.command('collector'))
    .description('run a collector by itself: UDP to the queue')
    .option('--print-key', 'print the public key of this collector, which it makes when there is none')
    .action(async (options: CollectorCommandOptions) => (await import('./commands/collector.ts')).collector(options));
  common(linewatch.command('writer'))
    .description('run a writer: the queue to ClickHouse; several share the partitions')
    .option('--worker <n>', 'number of this one, where several run on one data directory', whole(0, 99), 0)
    .action((options: CommonOptions & { worker: number }) => component('writer', options));
  common(linewatch.command('watcher'))
    .description('run a watcher: the state of the lines and incidents; of several, one leads and the others stand by')
    .option('--worker <n>', 'number of this one, where several run on one data directory', whole(0, 99), 0)
    .action((options: CommonOptions & { worker: number }) => component('watcher', options));
  common(linewatch.command('notifier'))
    .description('run a notifier: alerts to helpdesks and people; of several, one leads and the others stand by')
    .option('--worker <n>', 'number of this one, where several run on one data directory', whole(0, 99), 0)
    .action((options: CommonOptions & { worker: number }) => component('notifier', options));
  deadLetterCommands(linewatch);
  accountCommands(linewatch);
  common(linewatch.command('api'))
    .description('run the API and the dashboard')
    .action((options: CommonOptions) => component('api', options));

  common(linewatch.command('check'))
    .description('check the configuration and print what is in force, secrets hidden')
    .action(async (options: CommonOptions) => (await import('./commands/check.ts')).check(options));

  estateCommands(linewatch);

  linewatch
    .command('decode')
    .description('print what a capture holds: a JSON object a record, a summary on standard error')
    .argument('<capture>', 'pcap, pcapng or raw datagrams; - reads standard input')
    .option('--elements', 'print the information elements of each flow that have no column, by name')
    .option('--snmp <file>', 'communities and SNMPv3 users whose traps are read, YAML (default: any community)')
    .action(async (file: string, options: DecodeCommandOptions) =>
      (await import('./commands/decode.ts')).decode(file, options),
    );

  common(linewatch.command('pseudonym'))
    .description('print the pseudonyms of addresses, or the addresses of pseudonyms; needs the key of the collector')
    .argument('<address...>', 'IP addresses')
    .option('--reverse', 'from pseudonyms to addresses')
    .action(async (addresses: string[], options: PseudonymCommandOptions) =>
      (await import('./commands/pseudonym.ts')).pseudonym(addresses, options),
    );

  linewatch
    .command('replay')
    .description("send a capture's datagrams to a collector")
    .argument('<capture>', 'pcap, pcapng or raw datagrams')
    .requiredOption('--to <host:port>', 'where to')
    .option('--rate <n>', 'datagrams a second (default: as captured)', whole(1, 1_000_000))
    .option('--loop', 'again and again until stopped')
    .action(async (file: string, options: ReplayCommandOptions) =>
      (await import('./commands/replay.ts')).replayFile(file, options),
    );

  demoOptions(common(linewatch.command('demo')), 0)
    .description(
      'simulate academies: an estate, history and live flows from many exporters, to a running Linewatch; a minute after ' +
        'its start, and then about each three hours, a line goes down for some minutes (now and then all of a school), as ' +
        'SNMP traps of community "public" tell',
    )
    .action(async (options: CommonOptions & DemoOptions) => (await import('./commands/demo.ts')).demo(options));

  return linewatch;
}
