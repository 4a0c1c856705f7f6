using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Appliance.Journal;
using Appliance.Linux;

namespace Appliance.Edge.Service;

/// <summary>
/// The process that records until now, seen from the one that takes over. The new one opens its rings first, then asks
/// over the admin socket; the old one names the stamp up to which it will record, closes its chain and gives the folder
/// up. What is stamped later waits in the new one's rings meanwhile, so nothing is missed and nothing recorded twice.
/// <code>
/// old: ... records -----------------| T: closes flows, batch and chain, gives the folder up
/// new:       opens rings, asks --> T: rings fill ............. opens the journal, reads its rings from T on
/// </code>
/// </summary>
internal static class Predecessor
{
    private const int AnswerBytesMax = 4096;
    private const int PollMs = 2;
    private const string Request =
        "POST /hand-over HTTP/1.1\r\nHost: appliance\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks for the hand-over; null where nobody listens.</summary>
    /// <returns>The last stamp that the old process records.</returns>
    /// <exception cref="IOException">It answers, but refuses; or it does not answer in time.</exception>
    public static HandOverStamp? AskToHandOver(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = socket.SendTimeout = (int)Patience.TotalMilliseconds;
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            return null;
        }

        return LastStampOf(Converse(socket, path), path);
    }

    /// <summary>Opens the journal's folder as soon as the old process has given it up.</summary>
    /// <exception cref="JournalDeviceException">It did not in time, or another fault.</exception>
    public static FlashFolder WaitForFolder(string path)
    {
        Stopwatch total = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return FlashFolder.Open(path);
            }
            catch (JournalDeviceException failure)
                when (failure.Fault == DeviceFault.InUse && total.Elapsed < Patience)
            {
                Thread.Sleep(PollMs);
            }
        }
    }

    /// <summary>The header with the raw counter; a program of before it says none and looks at none.</summary>
    internal const string RawHeader = "Raw-Counter";

    /// <summary>The stamp in an answer: a status line, headers, an empty line, and a number.</summary>
    /// <exception cref="IOException">It is a refusal.</exception>
    internal static HandOverStamp LastStampOf(string answer, string path)
    {
        string[] parts = answer.Split("\r\n\r\n", 2);
        return parts.Length == 2 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long stamp)
            ? new HandOverStamp(stamp, RawOf(parts[0]))
            : throw new IOException($"the daemon on {path} does not hand over: {parts[^1].Trim()}");
    }

    private static long RawOf(string headers)
    {
        string? line = Array.Find(
            headers.Split("\r\n"), text => text.StartsWith(RawHeader + ":", StringComparison.OrdinalIgnoreCase));
        return long.TryParse(line?[(RawHeader.Length + 1)..], CultureInfo.InvariantCulture, out long raw) ? raw : 0;
    }

    // By hand, because the runtime's client would take longer to compile than the whole hand-over.
    private static string Converse(Socket socket, string path)
    {
        byte[] answer = new byte[AnswerBytesMax];
        int length = 0;
        try
        {
            socket.Send(Encoding.ASCII.GetBytes(Request));
            for (int read = 1; read > 0 && length < answer.Length; length += read)
            {
                read = socket.Receive(answer.AsSpan(length));
            }
        }
        catch (SocketException failure)
        {
            throw new IOException($"the daemon on {path} does not hand over: {failure.Message}", failure);
        }

        return Encoding.UTF8.GetString(answer, 0, length);
    }
}
