/** What every component may use, made once in main.ts. */
import { createContext } from 'svelte';
import type { AccessApi } from '../lib/access-api.ts';
import type { Api } from '../lib/api.ts';
import type { Request } from '../lib/request.ts';
import type { Clock } from './clock.svelte.ts';
import type { Freshness } from './freshness.svelte.ts';
import type { Live } from './live.svelte.ts';
import type { Overview } from './overview.svelte.ts';
import type { Router } from './router.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { Theme } from './theme.svelte.ts';

export interface AppState {
  readonly access: AccessApi;
  readonly api: Api;
  readonly clock: Clock;
  readonly freshness: Freshness;
  readonly live: Live;
  readonly overview: Overview;
  /** For the parts of the API that a page has a client of its own for. */
  readonly request: Request;
  readonly router: Router;
  readonly session: Session;
  readonly theme: Theme;
}

export const [useApp, provideApp] = createContext<AppState>();
