using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Appliance.SystemTests.Replay;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>Captures of both legs and of RADIUS, replayed; then the question whose line it was.</summary>
public sealed class ReplayRadiusTests(ReplayFixture replayed) : IClassFixture<ReplayFixture>
{
    private const long MicrosecondsBefore = 30_000_000;

    [Fact]
    public void A_port_and_a_time_name_the_line_whose_session_held_the_inside_address()
    {
        List<Dictionary<string, string>> flows = LineBox.RecordsOf(replayed.Box, replayed.Keys, "flow");
        Dictionary<string, string> asked = flows.First(row => row["attribution"] == "mirror" && row["kind"] == "end");
        long first = flows.Min(row => Number(row["start_us"]));
        long end = flows.Max(row => Number(row["end_us"].Length > 0 ? row["end_us"] : row["last_us"]));

        // Another line had the address until 10 s before the first flow; the line itself then, until the end.
        string capture = replayed.In("radius.pcap");
        WriteCapture(capture,
        [
            (first - MicrosecondsBefore, Message(1, "old", asked["sub_ip"], "node1 eth 1/1")),
            (first - 10_000_000, Message(2, "old", asked["sub_ip"], "node1 eth 1/1")),
            (first - 9_000_000, Message(1, "new", asked["sub_ip"], "node1 eth 1/2")),
            (end + 60_000_000, Message(2, "new", asked["sub_ip"], "node1 eth 1/2")),
        ]);
        string box = replayed.In("with-radius");
        Outcome outcome = Programs.Icrctl(
            "replay", "--inside", replayed.Inside, "--outside", replayed.Outside, "--radius", capture, "--out", box,
            "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(4, (int?)JsonNode.Parse(outcome.Output)!["sessions"]!["messages"]);

        JsonNode answer = Resolve(box, asked);

        Assert.Equal("identified", (string?)answer["answer"]);
        JsonNode candidate = answer["candidates"]![0]!;
        Assert.Equal("node1 eth 1/2", (string?)candidate["line_reference"]);
        Assert.Equal(asked["sub_ip"], (string?)candidate["inside_ip"]);
        Assert.Equal("radius-unchecked", (string?)candidate["session"]!["source"]);
        Assert.Equal("not covered", (string?)Resolve(replayed.Box, asked)["candidates"]![0]!["line_reference"]);
    }

    private static JsonNode Resolve(string box, Dictionary<string, string> asked)
    {
        DateTime at = DateTime.UnixEpoch.AddTicks(Number(asked["start_us"]) * 10);
        Outcome outcome = Programs.Retention(
            "resolve", "--in", box, "--keys", Path.Combine(box, "keys"), "--ip", asked["pub_ip"],
            "--port", asked["pub_port"], "--proto", asked["proto"] == "6" ? "tcp" : "udp",
            "--remote", $"{asked["rem_ip"]}:{asked["rem_port"]}",
            "--at", at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonNode.Parse(outcome.Output)!;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Message(uint status, string session, string address, string circuit) =>
        new RadiusMessage(status, session).Address(8, address).Vendor(3561, 1, circuit).Bytes();

    /// <summary>Writes UDP datagrams to port 1813 as a pcap file of raw IPv4 (link type 101).</summary>
    private static void WriteCapture(string path, (long TimeUs, byte[] Payload)[] datagrams)
    {
        using BinaryWriter to = new(File.Create(path));
        to.Write(0xA1B2_C3D4);
        to.Write(0x0004_0002);
        to.Write(0L);
        to.Write(65_535);
        to.Write(101);
        foreach ((long timeUs, byte[] payload) in datagrams)
        {
            byte[] packet = new byte[28 + payload.Length];
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            (packet[8], packet[9]) = (64, 17);
            IPAddress.Parse("10.0.0.2").TryWriteBytes(packet.AsSpan(12), out _);
            IPAddress.Parse("10.0.0.3").TryWriteBytes(packet.AsSpan(16), out _);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 49_152);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 1813);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
            payload.CopyTo(packet, 28);
            to.Write((int)(timeUs / 1_000_000));
            to.Write((int)(timeUs % 1_000_000));
            to.Write(packet.Length);
            to.Write(packet.Length);
            to.Write(packet);
        }
    }
}
