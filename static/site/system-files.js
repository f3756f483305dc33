// What systems put beside photos; recognition/photos/folders/system_files.py has the same lists,
// and says why a name is here.

// biome-ignore format: one line a kind
export const NAMES = new Set([
  "@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "~snapshot",
  "$recycle.bin", "system volume information", "$extend", "$sysreset", "$winreagent",
  "$windows.~bt", "$windows.~ws", "pagefile.sys", "hiberfil.sys", "swapfile.sys",
  "thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db",
  "desktop.ini", "autorun.inf", "picasa.ini", "zbthumbnail.info", "lost+found",
  "__macosx", "icon\r", "network trash folder", "thevolumesettingsfolder",
  "lost.dir", "found.000", "found.001",
]);
export const ENDINGS = [":zone.identifier", "@synoeastream", "@synoresource"];

/** @param {string} name */
export function isSystemName(name) {
  const lower = name.toLowerCase();
  return (
    name.startsWith(".") || NAMES.has(lower) || ENDINGS.some((ending) => lower.endsWith(ending))
  );
}
