#!/bin/bash
set -euxo pipefail
swapoff -a
sed -i '/ swap / s/^/#/' /etc/fstab
cat <<EOF | tee /etc/modules-load.d/k8s.conf
overlay
br_netfilter
EOF
modprobe overlay
modprobe br_netfilter
cat > /etc/sysctl.d/k8s.conf <<'EOF'
net.ipv4.ip_forward = 1
EOF
sysctl --system
mkdir -p /etc/containerd
containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' > /etc/containerd/config.toml
systemctl restart containerd
while ! curl -k --silent --fail https://10.0.0.10:6443/healthz; do
  sleep 10
done
JOIN_TOKEN=$(aws secretsmanager get-secret-value --secret-id k8s/join --query SecretString --output text)
kubeadm join 10.0.0.10:6443 --token "$JOIN_TOKEN" --discovery-token-ca-cert-hash "sha256:$(cat /etc/k8s-ca-hash)"
systemctl enable kubelet
