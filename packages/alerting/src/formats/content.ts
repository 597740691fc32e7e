/** Bodies that people's templates make. */
import type { HttpRequest } from './format.ts';

export const jsonType = 'application/json';

const isJson = (contentType: string): boolean => /^[^;]*\bjson\b/i.test(contentType);

/** JSON that is none is not sent: nobody could read it. Null: nothing is wrong. */
export function bodyProblem(request: Pick<HttpRequest, 'headers' | 'body'>): string | null {
  if (!isJson(request.headers['content-type'] ?? '')) return null;
  try {
    JSON.parse(request.body ?? '');
    return null;
  } catch {
    return 'what the template makes is no JSON; values in it are written as {{ text | json }}, without quotes around';
  }
}
