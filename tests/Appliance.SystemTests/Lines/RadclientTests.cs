using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>Accounting by programs that nobody here wrote: radclient, and FreeRADIUS as a proxy.</summary>
public sealed class RadclientTests
{
    private const string Line =
        "Acct-Session-Id = \"s1\"\nNAS-Identifier = \"bras1\"\nUser-Name = \"someone@isp\"\n"
        + "Framed-IP-Address = 100.64.7.7\nFramed-IPv6-Prefix = 2001:db8:7::/64\n"
        + "Delegated-IPv6-Prefix = 2001:db8:700::/56\nADSL-Agent-Circuit-Id = \"node1 eth 1/7\"\n"
        + "Alc-Nat-Port-Range = \"192.0.2.1 1024-2047 router base\"\n";

    [ProgramFact("radclient")]
    public async Task Start_interim_and_stop_are_answered_and_become_sessions_and_blocks()
    {
        using LineBox box = new();
        box.Start();
        Assert.Equal(0, box.Send("Acct-Status-Type = Start\n" + Line).Code);
        Assert.Contains(
            "Received Accounting-Response",
            box.Send("Message-Authenticator = 0x00\n", kind: "status").Output);
        Assert.Equal(0, box.Send("Acct-Status-Type = Interim-Update\nAcct-Session-Time = 1\n" + Line).Code);
        Assert.Equal(0, box.Send("Acct-Status-Type = Stop\nAcct-Session-Time = 2\n" + Line).Code);
        await box.StopAsync();

        List<Dictionary<string, string>> sessions = box.Records("session");
        Assert.Equal(
            ["100.64.7.7", "2001:db8:700::/56", "2001:db8:7::/64"],
            sessions.Select(row => row["address_or_prefix"]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(sessions, row => Assert.Equal(
            ("node1 eth 1/7", "line", "radius"), (row["subscriber"], row["subscriber_type"], row["source"])));
        Assert.Equal(3, sessions.Count(row => row["end_us"].Length > 0));
        Assert.DoesNotContain(sessions, row => row.Values.Any(value => value.Contains("someone")));
        Assert.Equal(
            ("100.64.7.7", "192.0.2.1", "1024", "2047"),
            box.Records("block").Select(r => (r["inside_ip"], r["pub_ip"], r["port_first"], r["port_last"])).First());
    }

    [ProgramFact("radclient")]
    public async Task A_wrong_secret_is_neither_answered_nor_believed_and_copies_are_never_answered()
    {
        using LineBox box = new();
        box.Start();
        Assert.NotEqual(0, box.Send("Acct-Status-Type = Start\n" + Line, "another").Code);
        Assert.Equal(1UL, box.Lines.Strangers);
        await box.StopAsync();
        Assert.Empty(box.Records("session"));

        using LineBox silent = new(answers: false);
        silent.Start();
        Assert.NotEqual(0, silent.Send("Acct-Status-Type = Start\n" + Line).Code);
        await silent.StopAsync();
        Assert.Equal(3, silent.Records("session").Count);
    }

    [ProgramFact("radclient", "freeradius")]
    public async Task Behind_a_FreeRADIUS_proxy_the_server_gets_its_answer_and_the_session_keeps_its_server()
    {
        using LineBox box = new();
        box.Start();
        using FreeRadiusProxy proxy = new(box.In("proxy"), box.Port);
        Outcome answered = box.Send("Acct-Status-Type = Start\n" + Line, FreeRadiusProxy.Secret, proxy.Port, tries: 15);
        Assert.True(answered.Code == 0, $"{answered.Output}\n{answered.Error}\n{proxy.Said}");
        await box.StopAsync();

        Assert.All(box.Records("session"), row => Assert.StartsWith("bras1 ", row["access"] + " "));
        Assert.Equal(3, box.Records("session").Count);
    }

    [ProgramFact("radclient")]
    public async Task The_sealed_table_brings_sessions_over_a_restart_and_an_altered_one_is_gone()
    {
        using LineBox box = new();
        box.Start();
        Assert.Equal("none kept", box.Lines.Restored);
        Assert.Equal(0, box.Send("Acct-Status-Type = Start\n" + Line).Code);
        await box.StopAsync();
        byte[] table = File.ReadAllBytes(box.TablePath);
        Assert.DoesNotContain("node1", System.Text.Encoding.Latin1.GetString(table));

        box.Start();
        Assert.Equal("1 taken up", box.Lines.Restored);
        await box.StopAsync();

        table = File.ReadAllBytes(box.TablePath);
        table[table.Length / 2] ^= 1;
        File.WriteAllBytes(box.TablePath, table);
        box.Start();
        Assert.Equal("altered or of another box: gone", box.Lines.Restored);
        Assert.Equal(0, box.Lines.Sessions);
        await box.StopAsync();
    }

    [ProgramFact("radclient")]
    public async Task Prefixes_of_the_operators_file_are_sessions_too()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "203.0.113.8/29,leased-17\n");
        using LineBox box = new(staticFile: file);
        box.Start();
        await box.StopAsync();
        File.Delete(file);

        Dictionary<string, string> row = Assert.Single(box.Records("session"));
        Assert.Equal(
            ("leased-17", "203.0.113.8/29", "static"), (row["subscriber"], row["address_or_prefix"], row["source"]));
    }
}
