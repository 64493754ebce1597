# A Slurm cluster of this one machine, as plain processes on loopback, from Debian's packages: unpacked, not installed; no systemd, no root. To be sourced.

packages=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins)

# Unpacks Slurm into FOLDER/unpacked; fails with a sentence in $reason where it cannot be had.
unpack_slurm() { # FOLDER
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || { reason="this system has no apt-get and dpkg"; return 1; }
  mkdir -p "$1/debs" "$1/unpacked"
  chmod 755 "$1" "$1/debs"
  download "$1" "${packages[@]}" || { reason="apt-get cannot download ${packages[*]}"; return 1; }
  slurm_bin=$1/unpacked/usr/bin slurm_sbin=$1/unpacked/usr/sbin slurm_plugins=$(echo "$1"/unpacked/usr/lib/*/slurm-wlm)
  slurm_libraries=$slurm_plugins:$(dirname "$slurm_plugins"):$1/unpacked/lib/$(basename "$(dirname "$slurm_plugins")")
  if missing_library >/dev/null; then
    download "$1" $(apt-cache depends "${packages[@]}" | sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p' | grep -vx libc6 | sort -u) || true
    ! missing_library >/dev/null || { reason="Slurm lacks shared libraries: $(missing_library | xargs)"; return 1; }
  fi
}

download() { # FOLDER PACKAGE...
  (cd "$1/debs" && apt-get download "${@:2}" >apt.log 2>&1 && for deb in *.deb; do dpkg -x "$deb" ../unpacked; done)
}

missing_library() {
  LD_LIBRARY_PATH=$slurm_libraries ldd "$slurm_sbin"/slurm{ctld,d,stepd}-wlm "$slurm_bin"/{sbatch,scontrol,squeue,scancel} "$slurm_plugins"/select_cons_tres.so | grep 'not found'
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# Starts a cluster of one node with CPUS processors, whatever the machine has. Its state, logs and process ids stay in FOLDER.
start_slurm() { # FOLDER CPUS
  local host=${HOSTNAME%%.*}
  mkdir -p "$1"/{state,spool}
  cat >"$1/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
# Without passwords, so for this machine alone.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/none
CredType=cred/none
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2
PluginDir=$slurm_plugins
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
NodeName=$host NodeAddr=127.0.0.1 CPUs=$2
PartitionName=test Nodes=ALL Default=YES State=UP
CONF
  export SLURM_CONF=$1/slurm.conf LD_LIBRARY_PATH=$slurm_libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} PATH=$slurm_bin:$PATH
  # In sessions of their own: a Ctrl-C must not reach them before `stop_slurm` has ended the jobs.
  setsid "$slurm_sbin/slurmctld-wlm" -D >"$1/slurmctld.log" 2>&1 &
  slurm_processes=($!)
  setsid "$slurm_sbin/slurmd-wlm" -D -d "$slurm_sbin/slurmstepd-wlm" >"$1/slurmd.log" 2>&1 &
  slurm_processes+=($!)
  for ((i = 0; i < 300; i++)); do
    [ "$(sinfo --noheader --format=%T 2>/dev/null)" != idle ] || return 0
    sleep 0.1
  done
  echo "The cluster did not start:" >&2
  tail -n 5 "$1/slurmctld.log" "$1/slurmd.log" >&2
  return 1
}

# Ends every job, then the two daemons.
stop_slurm() {
  [ -n "${slurm_processes-}" ] || return 0
  scancel --user="$(id -un)" 2>/dev/null || true
  for ((i = 0; i < 400; i++)); do
    [ -n "$(squeue --noheader 2>/dev/null)" ] || break
    sleep 0.1
  done
  kill "${slurm_processes[@]}" 2>/dev/null || true
  wait "${slurm_processes[@]}" 2>/dev/null || true
}
