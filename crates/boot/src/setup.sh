# Makes the root of one boot in the namespaces that it was started in, and becomes their first process. $1 is the host's name.
read -r pid _ </proc/self/stat
root=/mnt/root
# The boot before may still be going.
attempts=0
until mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay $root; do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 50 ]
  sleep 0.1
done
mount -t tmpfs -o mode=0755 tmpfs $root/run
mount -t tmpfs -o mode=1777 tmpfs $root/tmp
mount -t proc proc $root/proc
# The kernel's switches are the machine's and not this root's.
mount --bind $root/proc/sys $root/proc/sys
mount -o remount,bind,ro $root/proc/sys
mount -t sysfs sysfs $root/sys
mount -t tmpfs -o mode=0755 tmpfs $root/sys/block
mount -t tmpfs -o mode=0755 tmpfs $root/dev
mkdir $root/dev/shm $root/run/lock
mount -t tmpfs -o mode=1777 tmpfs $root/dev/shm
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
  read -r file major minor <<<"$node"
  mknod -m 0666 "$root/dev/$file" c "$major" "$minor"
done
ln -s /proc/self/fd $root/dev/fd
ln -s fd/0 $root/dev/stdin
ln -s fd/1 $root/dev/stdout
ln -s fd/2 $root/dev/stderr
: >$root/dev/console
mount --bind /mnt/stand-ins $root/stand-ins
rm -rf /mnt/stand-ins/active /mnt/stand-ins/failed
# A file would keep the last line only, as scripts open it with `>`.
mkfifo $root/dev/kmsg
cat <>$root/dev/kmsg >>/mnt/stand-ins/kmsg &
hostname "$1"
ip link set lo up 2>/dev/null || true
cd $root
# Only from here on is the root of this process the host's.
exec chroot . /bin/bash -c 'echo "$1 ready"; read -r _ || exit 0' init "$pid"
