export { type PublicPage, type StatusSource, readStatus } from './read.ts';
export { generator, noStatusHtml, renderStatus, statusPolicy } from './render.ts';
