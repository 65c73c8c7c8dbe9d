import type { Reply } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import { errorReply } from '../http/reply.ts';

import type { CallFault } from './fault.ts';

const badGateway = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body>
</html>
`;

/** The faulty answer; `real` is the correct one if the call took effect. */
export function faultyAnswer(fault: CallFault, real: Reply | undefined): Reply {
  switch (fault.kind) {
    case 'rate-limit':
      return errorReply(
        new ApiError('general_rate_limit_exceeded', undefined, {
          'retry-after': String(fault.retryAfter ?? 5),
          'x-ratelimit-limit': '60',
          'x-ratelimit-remaining': '0',
        }),
      );
    case 'html-502':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from(badGateway) };
    case 'storage-full':
      return errorReply(new ApiError('general_server_error', 'Failed uploading file'));
    case 'commit-failed':
      return errorReply(new ApiError('transaction_failed'));
    case 'truncated-json':
      return { status: okStatus(real), headers: json, body: truncated(real) };
    case 'wrong-json':
      return { status: okStatus(real), body: { status: 'ok', data: [{ id: 1 }] } };
    default:
      return errorReply(new ApiError('general_unknown', 'Server Error'));
  }
}

const json = { 'content-type': 'application/json; charset=UTF-8' };

function okStatus(real: Reply | undefined): number {
  return real && real.status !== 204 ? real.status : 200;
}

function truncated(real: Reply | undefined): Buffer {
  const whole = real?.body && !Buffer.isBuffer(real.body) ? JSON.stringify(real.body) : '{"$id":"0123456789abcdef"}';
  return Buffer.from(whole.slice(0, Math.ceil(whole.length / 2)));
}
