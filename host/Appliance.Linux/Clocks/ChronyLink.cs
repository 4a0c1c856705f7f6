using System.Net.Sockets;
using Appliance.Time.Observations;
using Appliance.Time.Peers;

namespace Appliance.Linux.Clocks;

/// <summary>A Unix datagram socket that asks a daemon of this machine; its own end is a file, so that it is answered.
/// </summary>
internal sealed class LocalQuestions : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly string ownPath;
    private readonly UnixDomainSocketEndPoint daemon;
    private readonly byte[] buffer;

    /// <exception cref="IOException">Its own end cannot be made: the folder is not there or not ours.</exception>
    public LocalQuestions(string daemonPath, string ownPath, int replyBytesMax)
    {
        this.ownPath = ownPath;
        daemon = new UnixDomainSocketEndPoint(daemonPath);
        buffer = new byte[replyBytesMax];
        File.Delete(ownPath);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(ownPath));
            // The daemon runs as another user and has to be able to answer.
            File.SetUnixFileMode(ownPath, (UnixFileMode)Convert.ToInt32("666", 8));
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new IOException($"{ownPath}: cannot make a socket to ask {daemonPath}: {failure.Message}", failure);
        }

        socket.ReceiveTimeout = LinuxLimits.LocalAnswerMs;
    }

    /// <summary>Sends a question; false where nobody is there.</summary>
    public bool TrySend(ReadOnlySpan<byte> question)
    {
        try
        {
            return socket.SendTo(question, daemon) == question.Length;
        }
        catch (SocketException)
        {
            return false; // Not started yet, or restarting: the caller says for how long.
        }
    }

    /// <summary>The next answer; empty where none comes in time.</summary>
    public ReadOnlySpan<byte> Next()
    {
        try
        {
            return buffer.AsSpan(0, socket.Receive(buffer));
        }
        catch (SocketException)
        {
            return default;
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        File.Delete(ownPath);
    }
}

/// <summary>Asks chronyd of this machine for the time that it knows and for the sources behind it.</summary>
/// <param name="daemonPath">Its socket, /run/chrony/chronyd.sock.</param>
/// <param name="ownPath">Our end, in a folder that chronyd can reach.</param>
public sealed class ChronyLink(string daemonPath, string ownPath) : IDisposable
{
    private readonly LocalQuestions questions = new(daemonPath, ownPath, ChronyWire.ReplyBytesMax);
    private uint sequence;

    /// <summary>
    /// Asks once and hands over what came: chronyd's time as source 0, its leap seconds, and each of its sources from 1
    /// on, in chronyd's order.
    /// </summary>
    /// <returns>False where chronyd does not answer.</returns>
    public bool TryAsk(IObservationSink sink)
    {
        CounterPair before = CounterReader.SystemClock();
        if (!TryTracking(out ChronyTracking tracking))
        {
            return false;
        }

        CounterPair after = CounterReader.SystemClock();
        SourceId own = new(SourceKind.Ntp);
        PeerObservation clock = tracking.ToObservation(own, before, after);
        sink.Take(clock);
        sink.Take(tracking.ToLeap(own, after.At));
        uint count = SourceCount();
        for (uint i = 0; i < count; i++)
        {
            if (TrySource(i, out ChronySource source))
            {
                sink.Take(source.ToObservation(new SourceId(SourceKind.Ntp, (byte)(i + 1)), tracking, clock));
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => questions.Dispose();

    private bool TryTracking(out ChronyTracking tracking)
    {
        tracking = default;
        bool isSent = questions.TrySend(ChronyWire.AskTracking(++sequence));
        for (int i = 0; isSent && i < LinuxLimits.AnswersPerQuestionMax; i++)
        {
            ReadOnlySpan<byte> answer = questions.Next();
            if (answer.IsEmpty || ChronyWire.TryTracking(answer, sequence, out tracking))
            {
                return !answer.IsEmpty;
            }
        }

        return false;
    }

    private uint SourceCount()
    {
        bool isSent = questions.TrySend(ChronyWire.AskSourceCount(++sequence));
        for (int i = 0; isSent && i < LinuxLimits.AnswersPerQuestionMax; i++)
        {
            ReadOnlySpan<byte> answer = questions.Next();
            if (answer.IsEmpty)
            {
                return 0;
            }

            if (ChronyWire.TrySourceCount(answer, sequence, out uint count))
            {
                return Math.Min(count, LinuxLimits.ChronySourcesMax);
            }
        }

        return 0;
    }

    private bool TrySource(uint index, out ChronySource source)
    {
        source = default;
        bool isSent = questions.TrySend(ChronyWire.AskSource(++sequence, index));
        for (int i = 0; isSent && i < LinuxLimits.AnswersPerQuestionMax; i++)
        {
            ReadOnlySpan<byte> answer = questions.Next();
            if (answer.IsEmpty || ChronyWire.TrySource(answer, sequence, out source))
            {
                return !answer.IsEmpty;
            }
        }

        return false;
    }
}
