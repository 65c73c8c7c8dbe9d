/** Started; tells the milliseconds of this thread's processor time since then. The clock on the wall tells who else uses the machine. */
export function stopwatch(): () => number {
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
}
