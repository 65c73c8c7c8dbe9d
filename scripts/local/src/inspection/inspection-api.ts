import type { IncomingMessage, ServerResponse } from 'node:http';
import { guest } from '../access/caller.ts';
import { clientIp, splitUrl } from '../http/api.ts';
import { parseBody } from '../http/body.ts';
import type { Reply } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import { parseQueryString } from '../http/query-string.ts';
import { errorReply, sendReply } from '../http/reply.ts';
import type { Router } from '../http/router.ts';

export const inspectionPrefix = '/_local';

/** Serves the calls below `/_local`. They need no key, so calls from web pages are refused. */
export class InspectionApi {
  readonly #router: Router;

  constructor(router: Router) {
    this.#router = router;
  }

  async answer(request: IncomingMessage, raw: Buffer, response: ServerResponse): Promise<void> {
    await sendReply(response, await this.#reply(request, raw).catch(asReply));
  }

  async #reply(request: IncomingMessage, raw: Buffer): Promise<Reply> {
    if (!isLocal(request)) throw new ApiError('user_unauthorized', 'Only programs on this machine may call this.');
    const [path, queryString] = splitUrl(request.url ?? '/');
    const method = request.method ?? 'GET';
    const match = this.#router.find(method, path);
    if (!match) throw new ApiError('general_route_not_found', `There is no route ${method} ${path}.`);
    const { fields: body, files } = await parseBody(request, raw);
    const { headers } = request;
    const query = parseQueryString(queryString);
    const call = { method, path, params: match.params, query, body, files, headers, caller: guest };
    return match.route.handle({ ...call, clientIp: clientIp(request) });
  }
}

/** False for pages of other origins, and for host names of others that resolve to this machine (DNS rebinding). */
function isLocal({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? '');
}

function asReply(error: unknown): Reply {
  if (error instanceof ApiError) return errorReply(error);
  return errorReply(new ApiError('general_server_error', error instanceof Error ? error.message : String(error)));
}
