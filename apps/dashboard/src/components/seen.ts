/** Tells elements whether they are on the screen: one observer for all, since there may be hundreds. */
import type { Attachment } from 'svelte/attachments';

/** A little beyond the edge, so that what scrolls in is already drawn. */
const margin = '200px';

const callbacks = new WeakMap<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | undefined;

function observe(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) callbacks.get(target)?.(isIntersecting);
}

export function seen(onChange: (seen: boolean) => void): Attachment {
  return (element) => {
    observer ??= new IntersectionObserver(observe, { rootMargin: margin });
    const own = observer;
    callbacks.set(element, onChange);
    own.observe(element);
    return () => own.unobserve(element);
  };
}
