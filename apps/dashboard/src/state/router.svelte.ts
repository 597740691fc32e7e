/** The browser's history, with links followed inside the page. */
import { type Route, matchRoute } from '../lib/route.ts';

export class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);
  readonly route = $derived<Route>(matchRoute(this.#path));
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed, only made anew
  readonly query = $derived(new URLSearchParams(this.#search));

  /** Of the page that is shown. */
  get path(): string {
    return this.#path;
  }

  start(): () => void {
    const moved = (): void => this.#read();
    const clicked = (event: MouseEvent): void => this.#follow(event);
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }

  /** `replace`: the page that is left is no step to go back to. */
  go(href: string, { replace = false }: { replace?: boolean } = {}): void {
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
    this.#read();
    scrollTo(0, 0);
  }

  /** Changes the query of the page that is shown; `replace` leaves no step in the history. */
  setQuery(query: URLSearchParams, { replace }: { replace: boolean }): void {
    const text = query.toString();
    const href = this.#path + (text === '' ? '' : `?${text}`);
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
    this.#read();
  }

  #read(): void {
    this.#path = location.pathname;
    this.#search = location.search;
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    // A place on the same page, and what the server itself answers, are the browser's.
    if (link.hash !== '' || matchRoute(link.pathname).page === 'not-found') return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
