"""notifier: turns flags into cases and alerts, delivers them, and proves the delivery."""
