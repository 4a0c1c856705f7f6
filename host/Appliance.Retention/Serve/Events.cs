using Appliance.Wire;
using Microsoft.Extensions.Logging;

namespace Appliance.Retention.Serve;

/// <summary>Every line that the store logs while it serves. Never a customer's address.</summary>
internal static partial class Events
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "serving {Folder} from {Host}:{Port} in group {Group}; store {Store}, {Devices} devices enrolled")]
    public static partial void Started(
        ILogger log, string folder, string host, int port, string group, Id16 store, int devices);

    [LoggerMessage(2, LogLevel.Information, "connected to {Host}:{Port}")]
    public static partial void Connected(ILogger log, string host, int port);

    [LoggerMessage(3, LogLevel.Warning, "no connection to the broker, {Why}; trying again in {DelayMs} ms")]
    public static partial void NotConnected(ILogger log, string why, int delayMs);

    [LoggerMessage(4, LogLevel.Error, "refused from {Topic}: {Sentence}")]
    public static partial void Refused(ILogger log, string topic, string sentence);

    [LoggerMessage(5, LogLevel.Warning, "a batch from {Topic} waits for the statement of its epoch")]
    public static partial void Waiting(ILogger log, string topic);

    [LoggerMessage(
        6,
        LogLevel.Critical,
        "the data folder cannot be written: {Why}; nothing is acknowledged, trying again in {DelayMs} ms")]
    public static partial void CannotStore(ILogger log, string why, int delayMs);

    [LoggerMessage(
        7,
        LogLevel.Information,
        "stopped: {Stored} batches and {Records} records stored, {Duplicates} known, {Refused} refused")]
    public static partial void Stopped(ILogger log, long stored, long records, long duplicates, long refused);

    [LoggerMessage(20, LogLevel.Error, "request {Request} was approved by word of mouth and not confirmed in time")]
    public static partial void Unconfirmed(ILogger log, Id16 request);

    [LoggerMessage(21, LogLevel.Error, "overdue confirmations cannot be looked for: {Why}")]
    public static partial void CannotReport(ILogger log, string why);

    [LoggerMessage(
        22, LogLevel.Warning, "question {Entry} had no end: its process was killed; the log says so now")]
    public static partial void Interrupted(ILogger log, ulong entry);

    [LoggerMessage(
        23, LogLevel.Information, "forgot what is before {Day}: {Keys} day keys, {Batches} batches, {Records} records")]
    public static partial void Forgot(ILogger log, string day, int keys, long batches, long records);

    [LoggerMessage(24, LogLevel.Error, "not everything is forgotten yet: {Why}; trying again in an hour")]
    public static partial void CannotForget(ILogger log, string why);

    [LoggerMessage(25, LogLevel.Critical, "{Doubt}")]
    public static partial void ClockDoubted(ILogger log, string doubt);

    [LoggerMessage(8, LogLevel.Warning, "a receipt was not taken: {Why}")]
    public static partial void ReceiptRefused(ILogger log, string why);
}
