/** Rules: what makes an alert, and what a rule would have done. */
import type { AlertRule, AlertRuleBody, RulePreview } from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { AlertsApi } from '../lib/alerts-api.ts';

type Used = Pick<AlertsApi, 'rules' | 'putRule' | 'removeRule' | 'previewRule'>;

export class RulesPage {
  readonly list = new Resource<readonly AlertRule[]>();
  readonly acting = new Action();
  readonly preview = new Resource<RulePreview>();
  readonly #api: Used;

  constructor(api: Used) {
    this.#api = api;
  }

  stop(): void {
    this.list.reset();
    this.preview.reset();
  }

  async load(): Promise<void> {
    await this.list.load(async (signal) => (await this.#api.rules(signal)).rules);
  }

  /** `was`: as it was read; null = it is a new one. */
  async save(id: string, body: AlertRuleBody, was: AlertRule | null): Promise<AlertRule | undefined> {
    const sent = was ? { ...body, revision: was.revision } : body;
    const saved = await this.acting.run((signal) => this.#api.putRule(id, sent, signal));
    if (saved || this.acting.error?.problem === 'record_changed') await this.load();
    return saved;
  }

  /** One that came with the product becomes what it was. */
  async remove(id: string): Promise<boolean> {
    const done = await this.acting.run((signal) => this.#api.removeRule(id, signal));
    if (done) await this.load();
    return done !== undefined;
  }

  async look(rule: AlertRuleBody, month: string): Promise<void> {
    await this.preview.load((signal) => this.#api.previewRule({ rule, month }, signal));
  }
}
