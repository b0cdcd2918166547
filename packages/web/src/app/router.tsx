import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { ChatPage } from '../features/chat/page.tsx';
import { besideIncident, incidentsSearch } from '../features/incidents/addresses.ts';
import { siteSearch, sitesSearch, wallSearch } from '../features/sites/addresses.ts';
import { learn } from '../i18n/translate.ts';
import { SkeletonRows } from '../ui/blank.tsx';
import { App } from './app.tsx';
import { Crash } from './crash.tsx';
import { NotFound } from './not-found.tsx';

const root = createRootRoute({ component: App, notFoundComponent: NotFound });

const none = () => null;

// The pages of the entry draw themselves in App: they stand outside the shell.
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: none });
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: none });

const index = createRoute({ getParentRoute: () => root, path: '/', component: ChatPage });
const channel = createRoute({
  getParentRoute: () => root,
  path: '/c/$channel',
  component: ChatPage,
  validateSearch: (search: Record<string, unknown>): { panel?: 'members'; incident?: string } => ({
    ...(search.panel === 'members' ? { panel: 'members' } : {}),
    ...besideIncident(search),
  }),
});

const administration = () => import('../features/administration/page.tsx');
const admin = createRoute({
  getParentRoute: () => root,
  path: '/admin',
  component: lazyRouteComponent(administration, 'AdministrationPage'),
  // The words of these pages are not part of the first load.
  loader: async () => learn((await import('../features/administration/words.ts')).words),
});
const adminIndex = createRoute({
  getParentRoute: () => admin,
  path: '/',
  component: lazyRouteComponent(administration, 'FirstTab'),
});
const users = createRoute({ getParentRoute: () => admin, path: '/users', component: lazyRouteComponent(administration, 'UsersTab') });
const invitations = createRoute({
  getParentRoute: () => admin,
  path: '/invitations',
  component: lazyRouteComponent(administration, 'InvitationsTab'),
});
const channels = createRoute({
  getParentRoute: () => admin,
  path: '/channels',
  component: lazyRouteComponent(administration, 'ChannelsTab'),
});
const connections = createRoute({
  getParentRoute: () => admin,
  path: '/connections',
  component: lazyRouteComponent(administration, 'ConnectionsTab'),
});
const bans = createRoute({ getParentRoute: () => admin, path: '/bans', component: lazyRouteComponent(administration, 'BansTab') });
const audit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  component: lazyRouteComponent(administration, 'AuditTab'),
  validateSearch: (search: Record<string, unknown>): AuditSearch => ({
    ...(typeof search.search === 'string' && search.search !== '' ? { search: search.search } : {}),
    ...(isDay(search.from) ? { from: search.from } : {}),
    ...(isDay(search.to) ? { to: search.to } : {}),
  }),
});
const settings = createRoute({
  getParentRoute: () => admin,
  path: '/settings',
  component: lazyRouteComponent(administration, 'SettingsTab'),
});
const exports = createRoute({ getParentRoute: () => admin, path: '/exports', component: lazyRouteComponent(administration, 'ExportsTab') });

const files = createRoute({ getParentRoute: () => admin, path: '/files', component: lazyRouteComponent(administration, 'FilesTab') });
const maintenance = createRoute({
  getParentRoute: () => admin,
  path: '/maintenance',
  component: lazyRouteComponent(administration, 'MaintenanceTab'),
  validateSearch: (search: Record<string, unknown>): { do?: 'announce' } => (search.do === 'announce' ? { do: 'announce' } : {}),
});
const notifications = createRoute({
  getParentRoute: () => admin,
  path: '/notifications',
  component: lazyRouteComponent(administration, 'NotificationsTab'),
});
const tokens = createRoute({ getParentRoute: () => admin, path: '/tokens', component: lazyRouteComponent(administration, 'TokensTab') });
const backups = createRoute({ getParentRoute: () => admin, path: '/backups', component: lazyRouteComponent(administration, 'BackupsTab') });
const storage = createRoute({ getParentRoute: () => admin, path: '/storage', component: lazyRouteComponent(administration, 'StorageTab') });

const sitePages = () => import('../features/sites/page.tsx');
/** The words of the sites are not part of the first load. */
const learnSites = async () => learn((await import('../features/sites/words.ts')).words);
const sites = createRoute({
  getParentRoute: () => root,
  path: '/sites',
  component: lazyRouteComponent(sitePages, 'SitesPage'),
  loader: learnSites,
  validateSearch: sitesSearch,
});
const site = createRoute({
  getParentRoute: () => root,
  path: '/sites/$code',
  component: lazyRouteComponent(sitePages, 'SitePage'),
  loader: learnSites,
  validateSearch: siteSearch,
});
const device = createRoute({
  getParentRoute: () => root,
  path: '/sites/$code/devices/$deviceId',
  component: lazyRouteComponent(() => import('../features/devices/page.tsx'), 'DevicePage'),
  loader: learnSites,
});
const wall = createRoute({
  getParentRoute: () => root,
  path: '/wall',
  component: lazyRouteComponent(() => import('../features/wall/page.tsx'), 'WallPage'),
  loader: learnSites,
  validateSearch: wallSearch,
});
const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  component: lazyRouteComponent(() => import('../features/incidents/page.tsx'), 'IncidentsPage'),
  loader: async () => learn((await import('../features/incidents/words.ts')).words),
  validateSearch: incidentsSearch,
});
// The page stays as it is when a timeline is opened beside it.
const incident = createRoute({ getParentRoute: () => incidents, path: '/$incidentId', component: none });

const runbookPage = () => import('../features/runbooks/page.tsx');
const runbooks = createRoute({ getParentRoute: () => root, path: '/runbooks', component: lazyRouteComponent(runbookPage, 'RunbookPage') });
const runbook = createRoute({
  getParentRoute: () => root,
  path: '/runbooks/$name',
  component: lazyRouteComponent(runbookPage, 'RunbookPage'),
});

const me = createRoute({
  getParentRoute: () => root,
  path: '/me',
  component: lazyRouteComponent(() => import('../features/me/page.tsx'), 'MePage'),
});

/** What the audit's address may say: words that are looked for, and days (2026-11-22) from which and until which. */
interface AuditSearch {
  search?: string;
  from?: string;
  to?: string;
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

/** Every address of the product. */
export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([
      index,
      channel,
      sites,
      site,
      device,
      wall,
      incidents.addChildren([incident]),
      runbooks,
      runbook,
      setup,
      invitation,
      me,
      admin.addChildren([
        adminIndex,
        users,
        invitations,
        channels,
        connections,
        bans,
        files,
        maintenance,
        notifications,
        audit,
        exports,
        tokens,
        backups,
        storage,
        settings,
      ]),
    ]),
    defaultPreload: 'intent',
    defaultErrorComponent: Crash,
    defaultPendingComponent: SkeletonRows,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
  interface HistoryState {
    /** The field for a note is to have the focus. */
    note?: boolean;
  }
}
