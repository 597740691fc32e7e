import { mount } from 'svelte';
import App from './App.svelte';
import { createApi } from './lib/api.ts';
import { listen } from './live/transport.ts';
import { Clock } from './state/clock.svelte.ts';
import { Freshness } from './state/freshness.svelte.ts';
import { Live } from './state/live.svelte.ts';
import { Overview } from './state/overview.svelte.ts';
import { Router } from './state/router.svelte.ts';
import { Theme } from './state/theme.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

const theme = new Theme();
const api = createApi();
const clock = new Clock();
const live = new Live(clock, listen);
const overview = new Overview(api, clock, live);
const freshness = new Freshness(live, clock, overview);
const router = new Router();

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app element');
mount(App, { target, props: { app: { api, clock, freshness, live, overview, router, theme } } });
