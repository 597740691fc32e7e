/** Status pages: whose are on, and what they say. */
import {
  type PublicPage,
  type StatusSource,
  noStatusHtml,
  readStatus,
  renderStatus,
  statusPolicy,
} from '@linewatch/alerting';
import type { StatusPage, StatusPageBody, StatusPageList } from '@linewatch/contract';
import type { Alerting } from '@linewatch/estate';
import { type Principal, within } from '../access/principal.ts';
import { ShortCache } from '../cache.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfAlerting } from './asked.ts';

/** How long a page is the same for everyone, s. */
const keepSeconds = 30;
const maxPages = 500;
const tokenForm = /^[a-z0-9]{26}$/;

export interface StatusPagesOptions {
  readonly alerting: Pick<Alerting, 'statusPages' | 'putStatusPage' | 'statusPage'>;
  readonly source: StatusSource;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

interface SentPage {
  readonly found: boolean;
  readonly html: string;
  /** Content-Security-Policy. */
  readonly policy: string;
}

const none: SentPage = { found: false, html: noStatusHtml, policy: statusPolicy };

export class StatusPages {
  readonly keepSeconds = keepSeconds;
  readonly #options: StatusPagesOptions;
  readonly #pages: ShortCache<SentPage>;

  constructor(options: StatusPagesOptions) {
    this.#options = options;
    this.#pages = new ShortCache(maxPages, keepSeconds * 1000, options.clock);
  }

  async list(principal: Principal): Promise<StatusPageList> {
    const { alerting, trust, clock } = this.#options;
    const scope = principal.scope('alerts.read');
    const pages = await asked(alerting.statusPages(trust));
    return { nowMs: clock(), pages: pages.filter(({ academy }) => within(scope, academy)) };
  }

  /** @throws ApiError `academy_unknown`, the same for one that there is not and one out of scope */
  async put(principal: Principal, academy: string, body: StatusPageBody): Promise<StatusPage> {
    const { alerting, trust } = this.#options;
    const unknown = new ApiError('academy_unknown', `There is no academy "${academy}".`);
    if (!within(principal.scope('alerts.write'), academy)) throw unknown;
    return askedOfAlerting(alerting.putStatusPage(principal.actor, trust, academy, body), 'academy_unknown');
  }

  /** For everyone; that there is none is kept, too. @throws ApiError `estate_unavailable` */
  page(token: string): Promise<SentPage> {
    if (!tokenForm.test(token)) return Promise.resolve(none);
    return this.#pages.get(token, () => this.#make(token));
  }

  async #make(token: string): Promise<SentPage> {
    const { alerting, source, trust, clock } = this.#options;
    const page: PublicPage | undefined = await asked(alerting.statusPage(token));
    if (page?.trust !== trust) return none;
    const status = await asked(readStatus(source, page, clock()));
    return status ? { found: true, html: renderStatus(status), policy: statusPolicy } : none;
  }
}
