import type { CommandOutput, EventName } from '@aerie/contract';
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection } from '../../app/context.ts';

/** However many things change at once, their list is asked again this often at most. */
const settleMs = 500;

/** Asks for a list again when an event says that something in it changed. */
export function useAskedAgain(list: string, ...events: readonly EventName[]): void {
  const connection = useConnection();
  const client = useQueryClient();
  const named = events.join(' ');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = connection.onEvent(frame => {
      if (!named.split(' ').includes(frame.event)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: [list] });
      }, settleMs);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [connection, client, list, named]);
}

/** All accounts. There are as many pages as it takes: a class or a company, not the world. */
export function useUsers() {
  const connection = useConnection();
  useAskedAgain('user.list', 'user.created', 'user.updated');
  return useQuery({
    queryKey: ['user.list'],
    queryFn: async () => {
      const users: CommandOutput<'user.list'>['users'] = [];
      for (let after: string | undefined; ; ) {
        const page = await connection.call('user.list', { after });
        users.push(...page.users);
        if (page.next === null) return users;
        after = page.next;
      }
    },
  });
}

export function useInvitations() {
  const connection = useConnection();
  return useQuery({ queryKey: ['invitation.list'], queryFn: () => connection.call('invitation.list', {}) });
}

/** All channels but direct ones, archived ones too. */
export function useChannels(wanted = true) {
  const connection = useConnection();
  useAskedAgain('channel.list', 'channel.updated');
  return useQuery({ queryKey: ['channel.list'], enabled: wanted, queryFn: () => connection.call('channel.list', {}) });
}

/** What is open now changes by itself: it is asked again this often while somebody looks. */
const liveMs = 3_000;

export function useLiveConnections() {
  const connection = useConnection();
  return useQuery({
    queryKey: ['connection.list'],
    queryFn: () => connection.call('connection.list', {}),
    refetchInterval: liveMs,
    staleTime: 0,
  });
}

const sanctionPage = 100;

/** Mutes and bans, newest first: those that run, or all, older ones when asked. */
export function useSanctions(all: boolean) {
  const connection = useConnection();
  useAskedAgain('sanction.list', 'user.updated');
  return useInfiniteQuery({
    queryKey: ['sanction.list', all],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => connection.call('sanction.list', { all, before: pageParam, limit: sanctionPage }),
    getNextPageParam: page => (page.sanctions.length < sanctionPage ? undefined : page.sanctions.at(-1)?.sanctionId),
  });
}

export interface AuditQuestion {
  search?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

const auditPage = 50;

/** Administrative acts that fit, newest first, older ones when asked. What is shown stays until the answer is here. */
export function useAudit(question: AuditQuestion) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: ['audit.list', question],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => connection.call('audit.list', { ...question, before: pageParam, limit: auditPage }),
    getNextPageParam: page => (page.records.length < auditPage ? undefined : page.records.at(-1)?.auditId),
    placeholderData: keepPreviousData,
  });
}

export function useSettings(wanted = true) {
  const connection = useConnection();
  return useQuery({ queryKey: ['settings.show'], enabled: wanted, queryFn: () => connection.call('settings.show', {}) });
}

/** The backups that there are. They are made by another program, which tells nobody but Nester: asked again now and then. */
export function useBackups() {
  const connection = useConnection();
  useAskedAgain('backup.show', 'incident.opened', 'incident.updated');
  return useQuery({ queryKey: ['backup.show'], refetchInterval: 30_000, queryFn: () => connection.call('backup.show', {}) });
}
