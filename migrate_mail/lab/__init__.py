"""A small world on loopback: DNS, SMTP and IMAP servers for the demo and the tests.

Open a company that is about to move, with faults of your choice (company.Planted names them all):

    from migrate_mail.lab.scene import scene

    with scene(mx_cname=True, alias_missing="info@lindenhof.example", ttl=86400) as lab:
        migration = lab.write_project(folder)      # migration.yaml, CSV files, secrets, ca.pem
        lab.mend_mx_cname()                        # mending acts as the provider would:
        lab.add_alias("info@lindenhof.example")    # add_mailbox, mend_logins, mend_dns, mend_mx
        lab.lower_ttl(300)                         # switch_mx, switch_back: by hand
        lab.advance(86400)                         # the resolver's clock: what it remembers runs out

The domain is lindenhof.example; anna, bernd, chiara and doerte have mail at old: `lab.employees`.

What a test looks at or breaks (all safe from any thread, at any time):

    lab.old, lab.new          MailSystem: imap, smtp, directory, mx_host, imap_host
      .imap.deliver(user, folder, body, flags=, date=) -> uid      .messages(user, folder) -> [Stored]
      .imap.folders(user)  .make_folder  .remove  .set_flags  .renew_uidvalidity
      .imap.log, .verbs(user)          every command received (EXAMINE, UID FETCH...)
      .imap.faults                     ImapFaults: refuse, hang, without, drop=AppendDrop(3), poison...
      .smtp.accepted, .log, .faults    SmtpFaults: greeting, no_starttls, tempfail, greylist...
      .smtp.route = lambda domain: (ip, port)      pass mail on; lab.let_old_pass_on(): by MX
      .directory                       mailboxes, aliases, domains of that MX
    lab.ns1, lab.ns2          NameServer: port, asked, updates; lab.break_dns(lab.ns1, "stale")
    lab.resolver              Resolver: port, asked, fault, cache.flush()
    lab.rrset(name, type) -> (ttl, values)       lab.set_rrset(name, type, ttl, values)
    lab.send_from_outside(to) -> host            mail as the world sends it, by MX
    lab.connect()             the `connect` table   lab.info() -> addresses to print

Old has folders below `INBOX.` with the separator `.`; new has `/` and no prefix.
"""
