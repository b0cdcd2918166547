import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ProbeInstaller } from '../../installer/installer.ts';

/** From one address: a school's probes may be installed in one lesson, and an archive is tens of megabytes. */
const perMinute = 60;
const rate = { config: { rateLimit: { max: perMinute } }, exposeHeadRoute: false };

/** `GET /probe/install.sh` and the archive that it fetches. Open to all: they hold nothing that is not in every release. */
export function probeInstallerRoutes(server: FastifyInstance, installer: ProbeInstaller): void {
  server.get('/probe/install.sh', rate, async (request, reply) => {
    const script = await installer.script();
    if (script === undefined) return missing(reply);
    if (isKnown(request, reply, createHash('sha256').update(script).digest('hex'))) return reply.code(304).send();
    return reply.type('text/x-shellscript; charset=utf-8').send(script);
  });
  server.get('/probe/:name', rate, async (request, reply) => {
    // A name is looked up among those there are; it never becomes part of a path.
    const archive = await installer.archive((request.params as { name: string }).name);
    if (!archive) return missing(reply);
    if (isKnown(request, reply, archive.sha256)) return reply.code(304).send();
    return reply.type('application/gzip').header('content-length', archive.bytes).send(createReadStream(archive.path));
  });
}

/** A copy that somebody keeps is asked about, and good as long as the sum is the same. */
function isKnown(request: FastifyRequest, reply: FastifyReply, sum: string): boolean {
  const tag = `"${sum}"`;
  void reply.header('etag', tag).header('cache-control', 'public, no-cache');
  return request.headers['if-none-match'] === tag;
}

function missing(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type('text/plain; charset=utf-8')
    .send(
      'There is no such file here. A Nester that was installed with deploy/debian/install.sh hands out the Harvester of its own release; ' +
        'from a copy of the repository, use "npx harvester enrol URL CODE".\n',
    );
}
