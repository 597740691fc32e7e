/** The browser's history, with links followed inside the page. */
import { type Route, matchRoute } from '../lib/route.ts';

export class Router {
  #path = $state(location.pathname);
  #search = $state(location.search);
  readonly route = $derived<Route>(matchRoute(this.#path));
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed, only made anew
  readonly query = $derived(new URLSearchParams(this.#search));

  /** Asked before a page is left; false = stay. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  readonly #keepers = new Set<() => boolean>();

  /** `mayLeave` is asked before another page is shown, until the function that this returns is called. */
  keep(mayLeave: () => boolean): () => void {
    this.#keepers.add(mayLeave);
    return () => this.#keepers.delete(mayLeave);
  }

  /** Of the page that is shown. */
  get path(): string {
    return this.#path;
  }

  start(): () => void {
    const moved = (): void => {
      // The browser has gone already: whoever stays gets the address back.
      if (this.#mayLeave()) this.#read();
      else history.pushState(null, '', this.#path + this.#search);
    };
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
    if (!this.#mayLeave()) return;
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

  #mayLeave(): boolean {
    return [...this.#keepers].every((mayLeave) => mayLeave());
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
