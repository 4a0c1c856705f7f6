using Appliance.Time.Observations;
using Appliance.Time.Peers;

namespace Appliance.Linux.Clocks;

/// <summary>Asks ptp4l of this machine for what it knows of its grandmaster.</summary>
/// <param name="daemonPath">Its socket, /var/run/ptp4l or, read only, /var/run/ptp4lro.</param>
/// <param name="ownPath">Our end.</param>
/// <param name="domain">PTP domain of ptp4l.</param>
/// <param name="source">Which peer.</param>
public sealed class PtpLink(string daemonPath, string ownPath, byte domain, SourceId source) : IDisposable
{
    private static readonly PtpDataSet[] Asked =
    [
        PtpDataSet.TimeStatus, PtpDataSet.Current, PtpDataSet.Parent, PtpDataSet.TimeProperties, PtpDataSet.Port,
    ];

    private readonly LocalQuestions questions = new(daemonPath, ownPath, PtpManagement.ReplyBytesMax);
    private ushort sequence;

    /// <summary>Asks once and hands over the time and the leap seconds.</summary>
    /// <param name="clock">Reads the clock that ptp4l steers against MONOTONIC_RAW, after the answers.</param>
    /// <param name="sink">Who takes it.</param>
    /// <returns>False where ptp4l does not answer all of it.</returns>
    public bool TryAsk(Func<CounterPair> clock, IObservationSink sink)
    {
        PtpState state = default;
        foreach (PtpDataSet set in Asked)
        {
            if (!TryAsk(set, ref state))
            {
                return false;
            }
        }

        CounterPair now = clock();
        sink.Take(state.ToObservation(source, now));
        sink.Take(state.ToLeap(source, now.At));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => questions.Dispose();

    private bool TryAsk(PtpDataSet set, ref PtpState state)
    {
        bool isSent = questions.TrySend(PtpManagement.Ask(set, domain, ++sequence));
        bool isAnswered = false;
        for (int i = 0; isSent && i < LinuxLimits.AnswersPerQuestionMax; i++)
        {
            ReadOnlySpan<byte> answer = questions.Next();
            if (answer.IsEmpty)
            {
                break;
            }

            isAnswered |= PtpManagement.TryTake(answer, domain, sequence, ref state);
            // Every port answers for itself, in any order: the slave among them is waited for.
            if (isAnswered && (set != PtpDataSet.Port || state.HasSlave))
            {
                break;
            }
        }

        return isAnswered;
    }
}
