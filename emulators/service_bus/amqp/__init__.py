"""The wire: connections, links, and the nodes they lead to, on Proton's protocol engine."""
